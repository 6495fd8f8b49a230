/** Which way a fault acts: `out` of the client, `in` to it, or both. */
import type { FaultParams } from '../../scenario/fault-spec.ts';

export function goes(way: 'in' | 'out', params: FaultParams): boolean {
  const direction = params['direction'] ?? 'both';
  return direction === way || direction === 'both';
}
