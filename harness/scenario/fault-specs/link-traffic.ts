/**
 * Faults on what travels the driver's own sockets: late, narrow, in pieces, or
 * only so much of it.
 */
import { formatCount, formatMs } from '../../base/units.ts';
import { LINKS, linksOf, numberOf, spec, type FaultParams } from '../fault-spec.ts';

const direction = { type: 'choice', of: ['both', 'in', 'out'], default: 'both' } as const;

export const latency = spec({
  kind: 'latency',
  builder: 'latency',
  name: 'late links',
  side: 'link',
  params: {
    delayMs: { type: 'number', unit: 'ms', min: 1, max: 600_000 },
    jitterMs: { type: 'number', unit: 'ms', min: 0, max: 600_000, default: 0 },
    direction,
    ...LINKS,
  },
  words(params) {
    const jitter = numberOf(params, 'jitterMs');
    const late = `${formatMs(numberOf(params, 'delayMs'))}${jitter > 0 ? ` ± ${formatMs(jitter)}` : ''} late`;
    return { ...linksOf(params), what: `${late}${whichWay(params)}` };
  },
  effects: ['pushes', 'last receiver', 'joins', 'heartbeats'],
});

export const bandwidth = spec({
  kind: 'bandwidth',
  builder: 'bandwidth',
  name: 'narrow links',
  side: 'link',
  params: {
    bytesPerSecond: { type: 'number', unit: 'bytes a second', min: 1, max: 1e9 },
    direction,
    ...LINKS,
  },
  words(params) {
    const rate = `${formatCount(numberOf(params, 'bytesPerSecond'))} bytes a second`;
    return { ...linksOf(params), what: `${rate}${whichWay(params)}` };
  },
  effects: ['pushes', 'last receiver', 'joins', 'heartbeats'],
});

export const slicer = spec({
  kind: 'slicer',
  builder: 'slicer',
  name: 'sliced links',
  side: 'link',
  params: {
    bytes: { type: 'number', unit: 'bytes', min: 1, max: 65_536, whole: true },
    delayMs: { type: 'number', unit: 'ms', min: 1, max: 60_000, default: 10 },
    ...LINKS,
  },
  words(params) {
    const pieces = `pieces of ${formatCount(numberOf(params, 'bytes'))} bytes`;
    return { ...linksOf(params), what: `${pieces}, ${formatMs(numberOf(params, 'delayMs'))} apart` };
  },
  effects: ['pushes', 'last receiver', 'joins'],
});

export const byteLimit = spec({
  kind: 'byte_limit',
  builder: 'byteLimit',
  name: 'byte limits',
  side: 'link',
  params: { bytes: { type: 'number', unit: 'bytes', min: 1, max: 1e9, whole: true }, ...LINKS },
  words: (params) => ({
    ...linksOf(params),
    what: `reset after each ${formatCount(numberOf(params, 'bytes'))} bytes`,
  }),
  effects: ['clients joined', 'drops', 'missing', 'reconnects'],
});

function whichWay(params: FaultParams): string {
  const way = params['direction'];
  return way === 'in' ? ' to the client' : way === 'out' ? ' from the client' : ' each way';
}
