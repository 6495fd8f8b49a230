/**
 * Clients and target are parted: their packets vanish, and nobody is told.
 * A share of the clients is hit by the addresses they connect from.
 */
import type { Fault } from '../fault.ts';
import { dropPackets } from './drop-packets.ts';
import type { AddressRange, Direction } from './drop-rules.ts';
import { labOf } from './lab.ts';
import { ringShare } from './ring-share.ts';

export const partition: Fault = {
  async inject({ id, params }, hands) {
    const direction = String(params['direction']) as Direction;
    const share = Number(params['addresses']);
    const sources = share >= 1 ? null : shareOf(labOf(hands).sources, share, hands.seed, id);
    return dropPackets({ id, direction, percent: 100, sources }, hands);
  },
};

function shareOf(addresses: readonly string[], share: number, seed: number, id: string): AddressRange[] {
  return ringShare(addresses.length, share, seed, id).flatMap(([first, last]) => {
    const [from, to] = [addresses[first], addresses[last]];
    return from === undefined || to === undefined ? [] : [[from, to] as const];
  });
}
