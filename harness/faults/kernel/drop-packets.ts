/** Puts rules that drop packets on the wire, changes them, and takes them off again. */
import type { FaultHands, Lift } from '../fault.ts';
import { dropSteps, type Drop } from './drop-rules.ts';
import { labOf, takeBack } from './lab.ts';

/** Rules that are on; those that take their place do so at once, with no moment of both or neither. */
export type Dropping = { lift: Lift; change(drop: Drop): Promise<void> };

export async function dropPackets(drop: Drop, hands: FaultHands): Promise<Dropping> {
  const lab = labOf(hands);
  const { firewall } = lab;
  if (firewall === null) throw new Error('neither nft nor iptables is here to drop packets');
  const { on, off, byHand } = dropSteps(firewall, drop);
  await lab.run('wire', on);
  return {
    lift: () => takeBack(lab, 'wire', off, byHand),
    async change(other) {
      await lab.run('wire', dropSteps(firewall, other).change);
    },
  };
}
