/**
 * Clients and target are parted: their packets vanish, and nobody is told.
 * A share of the clients is hit by the addresses they connect from.
 */
import type { Fault } from '../fault.ts';
import { dropPackets } from './drop-packets.ts';
import type { AddressRange, Direction, Drop } from './drop-rules.ts';
import { labOf } from './lab.ts';
import { ringShare, type Stretch } from './ring-share.ts';

export const partition: Fault = {
  async inject({ id, params }, hands) {
    const direction = String(params['direction']) as Direction;
    const addresses = labOf(hands).sources;
    // A larger share begins where a smaller one does, and goes on: who was parted stays so.
    const stretchesOf = (share: number): Stretch[] => ringShare(addresses.length, share, hands.seed, id);
    const dropOf = (stretches: readonly Stretch[]): Drop => {
      const isAll = hitBy(stretches) === addresses.length;
      return { id, direction, percent: 100, sources: isAll ? null : rangesOf(addresses, stretches) };
    };
    let parted = stretchesOf(Number(params['addresses']));
    const drop = await dropPackets(dropOf(parted), hands);
    return {
      lift: drop.lift,
      async raise(share) {
        const more = stretchesOf(share);
        await drop.change(dropOf(more));
        parted = more;
      },
      hits: () => ({ count: hitBy(parted), of: addresses.length, what: 'addresses' }),
    };
  },
};

function hitBy(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

function rangesOf(addresses: readonly string[], stretches: readonly Stretch[]): AddressRange[] {
  return stretches.flatMap(([first, last]) => {
    const [from, to] = [addresses[first], addresses[last]];
    return from === undefined || to === undefined ? [] : [[from, to] as const];
  });
}
