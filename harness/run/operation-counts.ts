/** Rates and counters of the catalogue, from the counters the workers keep. */
import { CAUSE_TAG } from '../base/timeout-causes.ts';
import { OPERATIONS, type CounterName, type Counters } from '../measure/names.ts';

type Share = { count: number; of: number };

/** How many operations ended so, of how many sent; null for what is no rate. */
export function rateOf(metric: string, counters: Counters): Share | null {
  switch (metric) {
    case 'join_timeouts':
      return { count: counters.join_timeout, of: counters.join_sent };
    case 'push_timeouts':
      return { count: counters.push_timeout, of: counters.push_sent };
    case 'heartbeat_timeouts':
      return { count: counters.heartbeat_timeout, of: counters.heartbeat_sent };
    case 'errors': {
      const count = OPERATIONS.reduce((sum, kind) => sum + counters[`${kind}_error`], 0);
      return { count, of: OPERATIONS.reduce((sum, kind) => sum + counters[`${kind}_sent`], 0) };
    }
    default:
      return null;
  }
}

const ENDS = ['ok', 'error', 'timeout', 'lost'] as const;

/** A rate of what carries a tag (`{kind:search}`): of those that have ended, for that is when tags count. */
export function taggedRateOf(
  metric: string,
  tag: string,
  counters: ReadonlyMap<string, number>,
): Share | null {
  const counted = (name: CounterName): number => counters.get(name + tag) ?? 0;
  const ended = (kind: 'join' | 'push'): number =>
    ENDS.reduce((sum, end) => sum + counted(`${kind}_${end}`), 0);
  switch (metric) {
    case 'join_timeouts':
      return { count: counted('join_timeout'), of: ended('join') };
    case 'push_timeouts':
      return { count: counted('push_timeout'), of: ended('push') };
    case 'errors':
      return { count: counted('join_error') + counted('push_error'), of: ended('join') + ended('push') };
    default:
      return null;
  }
}

/** A rate split by cause, of all that was sent or timed out while it waited to be. */
export function causeRateOf(
  metric: string,
  cause: string,
  counters: Counters,
  byCause: ReadonlyMap<string, number>,
): Share {
  const kind = metric === 'join_timeouts' ? 'join' : metric === 'push_timeouts' ? 'push' : 'heartbeat';
  const unsent = kind === 'heartbeat' ? 0 : counters[`${kind}_unsent`];
  const count = byCause.get(`${metric}{${CAUSE_TAG}:${cause}}`) ?? 0;
  return { count, of: counters[`${kind}_sent`] + unsent };
}

/** A counter of the catalogue that the workers keep; null for any other. */
export function countOf(metric: string, counters: Counters): number | null {
  switch (metric) {
    case 'connections':
      return counters.connect_ok;
    case 'dropped_sends':
      return counters.push_dropped;
    case 'drops':
    case 'late_replies':
    case 'deliveries':
    case 'reconnects':
    case 'channel_crashes':
    case 'casts':
    case 'dropped_arrivals':
      return counters[metric];
    default:
      return null;
  }
}
