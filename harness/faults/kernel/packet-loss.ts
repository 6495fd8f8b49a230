/** A share of the packets is lost, as a bad line loses them: TCP sends them again. */
import type { Fault } from '../fault.ts';
import { dropPackets } from './drop-packets.ts';
import type { Direction } from './drop-rules.ts';

export const packetLoss: Fault = {
  async inject({ id, params }, hands) {
    const direction = String(params['direction']) as Direction;
    return dropPackets({ id, direction, percent: Number(params['percent']), sources: null }, hands);
  },
};
