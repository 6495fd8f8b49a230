/**
 * Faults on the driver's own sockets that end connections or stop them: they
 * work against any server.
 */
import type { Problem } from '../../base/errors.ts';
import { formatShare } from '../../base/units.ts';
import { connections, LINKS, linksOf, numberOf, spec, type FaultSpec } from '../fault-spec.ts';
import { garbage, heartbeatLoss, staleJoinRef } from './link-frames.ts';
import { bandwidth, byteLimit, latency, slicer } from './link-traffic.ts';

export const networkDrop = spec({
  kind: 'network_drop',
  builder: 'networkDrop',
  name: 'network drops',
  side: 'link',
  params: { reset: { type: 'share', default: 0 }, blackhole: { type: 'share', default: 0 } },
  words(params) {
    const reset = numberOf(params, 'reset');
    const blackhole = numberOf(params, 'blackhole');
    const share = Math.min(1, reset + blackhole);
    const whom = connections(share);
    if (blackhole === 0) return { share, whom, what: 'reset' };
    if (reset === 0) return { share, whom, what: 'half-open until lifted' };
    const what = `${formatShare(reset)} reset, ${formatShare(blackhole)} half-open until lifted`;
    return { share, whom, what };
  },
  effects: ['clients joined', 'drops', 'missing', 'pushes'],
  check: dropShares,
});

export const reset = spec({
  kind: 'reset',
  builder: 'reset',
  name: 'resets',
  side: 'link',
  params: LINKS,
  words: (params) => ({ ...linksOf(params), what: 'reset, within a second' }),
  effects: ['clients joined', 'drops', 'missing', 'reconnects'],
});

export const close = spec({
  kind: 'close',
  builder: 'close',
  name: 'closed connections',
  side: 'link',
  params: {
    code: { type: 'number', unit: '(a close code)', min: 0, max: 4999, whole: true, default: 0 },
    ...LINKS,
  },
  words(params) {
    const code = numberOf(params, 'code');
    const how = code === 0 ? 'ended without a close frame' : `closed with ${code}`;
    return { ...linksOf(params), what: `${how}, within a second` };
  },
  effects: ['clients joined', 'drops', 'missing', 'reconnects'],
  check: closeCode,
});

export const blackhole = spec({
  kind: 'blackhole',
  builder: 'blackhole',
  name: 'black holes',
  side: 'link',
  params: LINKS,
  words: (params) => ({ ...linksOf(params), what: 'half-open until lifted' }),
  effects: ['pushes', 'last receiver', 'timeouts', 'clients joined', 'drops'],
});

export const stall = spec({
  kind: 'stall',
  builder: 'stall',
  name: 'stalled readers',
  side: 'link',
  params: LINKS,
  words: (params) => ({ ...linksOf(params), what: 'read nothing until lifted' }),
  effects: ['pushes', 'last receiver', 'longest mailbox', 'server memory', 'drops'],
});

export const LINK_SPECS = [
  networkDrop,
  reset,
  close,
  blackhole,
  stall,
  latency,
  bandwidth,
  slicer,
  byteLimit,
  heartbeatLoss,
  garbage,
  staleJoinRef,
] as const satisfies readonly FaultSpec[];

/** A connection is either reset or half-open, so the two shares are parts of one whole. */
function dropShares(params: Readonly<Record<string, unknown>>, path: string): Problem | null {
  const sum = Number(params['reset'] ?? 0) + Number(params['blackhole'] ?? 0);
  // 0.9 + 0.1 may come out a hair above 1.
  if (sum > 0 && sum <= 1 + 1e-9) return null;
  return {
    code: 'out-of-range',
    path,
    got: `reset and blackhole of ${sum} together`,
    wanted: 'above 0 and at most 1 together',
    hint: 'fault.networkDrop({ reset: 0.05, blackhole: 0.03 })',
  };
}

/** Of the numbers below the first close code only the one that means none. */
function closeCode(params: Readonly<Record<string, unknown>>, path: string): Problem | null {
  const code = Number(params['code'] ?? 0);
  if (code === 0 || code >= 1000) return null;
  return {
    code: 'out-of-range',
    path: `${path}.code`,
    got: `${code}`,
    wanted: '1000 to 4999, or 0 for no close frame at all',
    hint: 'fault.close({ code: 1001 })',
  };
}
