/** Puts rules that drop packets on the wire, and takes them off again. */
import type { FaultHands, Lift } from '../fault.ts';
import { dropSteps, type Drop } from './drop-rules.ts';
import { labOf, takeBack } from './lab.ts';

export async function dropPackets(drop: Drop, hands: FaultHands): Promise<Lift> {
  const lab = labOf(hands);
  if (lab.firewall === null) throw new Error('neither nft nor iptables is here to drop packets');
  const { on, off, byHand } = dropSteps(lab.firewall, drop);
  await lab.run('wire', on);
  return () => takeBack(lab, 'wire', off, byHand);
}
