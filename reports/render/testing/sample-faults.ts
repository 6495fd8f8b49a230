/** The four faults of the sample run, told by the traffic they changed. */

import type { FaultSummary } from '../../../harness/record/run-record.ts';
import { BLOCKING, CLIENTS, DROPS, INTERCEPT, SECONDS, SLOW_JOINS, type Traffic } from './sample-traffic.ts';

type Span = { from: number; to: number };

function fault(
  id: string,
  kind: string,
  span: Span,
  words: Pick<FaultSummary, 'name' | 'whom' | 'what' | 'share' | 'recoveredAfterMs' | 'effects'>,
): FaultSummary {
  return { id, kind, params: {}, appliedAtMs: span.from * 1_000, liftedAtMs: span.to * 1_000, ...words };
}

/** The worst second's p99 in a span, the figure the sample's faults are told by. */
function worst(traffic: Traffic, metric: 'push' | 'join', span: Span): number | null {
  const values = traffic.windows
    .slice(span.from, span.to)
    .flatMap((one) => (one[metric] ? [one[metric].p99] : []));
  return values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
}

function effect(traffic: Traffic, metric: 'push' | 'join', span: Span): FaultSummary['effects'][number] {
  const before = { from: Math.max(0, span.from - 15), to: span.from };
  const after = { from: span.to + 6, to: Math.min(SECONDS, span.to + 15) };
  return {
    metric: `${metric}_duration p99`,
    unit: 'ms',
    before:
      worst(traffic, metric, before) ??
      (metric === 'join' ? worst(traffic, 'join', { from: 0, to: 22 }) : null),
    during: worst(traffic, metric, span),
    after: worst(traffic, metric, after),
  };
}

/** The slowest broadcast due in a span of seconds, in ms. */
export function slowestBroadcast(traffic: Traffic, span: Span): number | null {
  const lasts = traffic.broadcasts.filter(
    (one) => one.atMs >= span.from * 1_000 && one.atMs < span.to * 1_000,
  );
  return lasts.reduce<number | null>((most, one) => Math.max(most ?? 0, one.lastMs ?? 0), null);
}

/** The faults, in order. */
export function sampleFaults(traffic: Traffic): FaultSummary[] {
  const clientsIn = (span: Span): number =>
    traffic.windows
      .slice(span.from, span.to)
      .reduce((least, one) => Math.min(least, one.clients.joined), CLIENTS);
  return [
    fault('slow-join-1', 'slow_join', SLOW_JOINS, {
      name: 'slow joins',
      whom: '5 % of clients rejoin',
      what: 'join takes 200 ms',
      share: 0.05,
      recoveredAfterMs: 400,
      effects: [effect(traffic, 'join', SLOW_JOINS)],
    }),
    fault('blocking-handler-1', 'blocking_handler', BLOCKING, {
      name: 'blocking handlers',
      whom: '10 % of rooms',
      what: 'handle_in takes 50 ms',
      share: 0.1,
      recoveredAfterMs: 4_600,
      effects: [
        effect(traffic, 'push', BLOCKING),
        {
          metric: 'mailbox_len max',
          unit: 'count',
          before: 8,
          during: traffic.windows.reduce((most, one) => Math.max(most, one.mailbox?.sum ?? 0), 0),
          after: 8,
        },
      ],
    }),
    fault('intercept-1', 'intercept', INTERCEPT, {
      name: 'intercepted broadcast',
      whom: 'lobby',
      what: 'handle_out encodes for each receiver',
      share: 1,
      recoveredAfterMs: 1_100,
      effects: [
        {
          metric: 'broadcast, last',
          unit: 'ms',
          before: slowestBroadcast(traffic, { from: 96, to: 110 }),
          during: slowestBroadcast(traffic, INTERCEPT),
          after: slowestBroadcast(traffic, { from: 131, to: 145 }),
        },
      ],
    }),
    fault('network-drop-1', 'network_drop', DROPS, {
      name: 'network drops',
      whom: '10 % reset, 2 % go dark',
      what: 'connections end, or go silent',
      share: 0.12,
      recoveredAfterMs: 11_200,
      effects: [
        {
          metric: 'clients joined, least',
          unit: 'count',
          before: CLIENTS,
          during: clientsIn(DROPS),
          after: CLIENTS,
        },
      ],
    }),
  ];
}
