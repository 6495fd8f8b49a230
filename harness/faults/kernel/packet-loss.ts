/** A share of the packets is lost, as a bad line loses them: TCP sends them again. */
import type { Fault } from '../fault.ts';
import { dropPackets } from './drop-packets.ts';
import type { Direction, Drop } from './drop-rules.ts';

export const packetLoss: Fault = {
  async inject({ id, params }, hands) {
    const direction = String(params['direction']) as Direction;
    const lossOf = (percent: number): Drop => ({ id, direction, percent, sources: null });
    const drop = await dropPackets(lossOf(Number(params['percent'])), hands);
    return { lift: drop.lift, raise: (percent) => drop.change(lossOf(percent)) };
  },
};
