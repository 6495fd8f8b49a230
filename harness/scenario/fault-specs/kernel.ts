/**
 * Faults of the kernel, in a network of the run's own: Linux, as root. Clients reach
 * addresses of this machine from there and nothing beyond, and so does a scenario's own code.
 */
import type { Problem } from '../../base/errors.ts';
import { formatCount, formatFigure } from '../../base/units.ts';
import { connections, numberOf, spec, type FaultParams, type FaultSpec } from '../fault-spec.ts';

/** Seen from the clients: `in` is what comes to them, `out` what they send. */
const direction = { type: 'choice', of: ['both', 'in', 'out'], default: 'both' } as const;

export const packetLoss = spec({
  kind: 'packet_loss',
  builder: 'packetLoss',
  name: 'packet losses',
  side: 'kernel',
  params: { percent: { type: 'number', unit: '%', min: 0.1, max: 100 }, direction },
  words: (params) => ({
    share: 1,
    whom: connections(1),
    what: `${formatFigure(numberOf(params, 'percent'))} % of the packets are lost${wayOf(params)}`,
  }),
  effects: ['pushes', 'heartbeats', 'last receiver', 'drops'],
  ramps: 'percent',
});

export const partition = spec({
  kind: 'partition',
  builder: 'partition',
  name: 'partitions',
  side: 'kernel',
  params: { addresses: { type: 'share', default: 1 }, direction },
  words(params) {
    const share = numberOf(params, 'addresses');
    return { share, whom: connections(share), what: `no packet arrives${wayOf(params)}, and nobody is told` };
  },
  effects: ['pushes', 'clients joined', 'drops', 'missing'],
  ramps: 'addresses',
  check: hitsSomebody('addresses'),
});

export const connectionKill = spec({
  kind: 'connection_kill',
  builder: 'connectionKill',
  name: 'killed connections',
  side: 'kernel',
  params: { share: { type: 'share', default: 1 } },
  words(params) {
    const share = numberOf(params, 'share');
    return { share, whom: connections(share), what: 'aborted by the kernel, once' };
  },
  effects: ['clients joined', 'drops', 'missing', 'pushes'],
  // By then it would be other ports: nobody could say who was hit before.
  ramps: null,
  check: hitsSomebody('share'),
});

export const rateLimit = spec({
  kind: 'rate_limit',
  builder: 'rateLimit',
  name: 'rate limits',
  side: 'kernel',
  params: {
    kbitPerSecond: { type: 'number', unit: 'kbit/s', min: 8, max: 10_000_000, whole: true },
    burst: { type: 'number', unit: 'bytes', min: 2_000, max: 10_000_000, whole: true, default: 16_000 },
    latencyMs: { type: 'number', unit: 'ms', min: 1, max: 60_000, default: 400 },
    direction,
  },
  words: (params) => ({
    share: 1,
    whom: connections(1),
    what: `${formatCount(numberOf(params, 'kbitPerSecond'))} kbit/s for all together${wayOf(params)}`,
  }),
  effects: ['last receiver', 'pushes', 'joins'],
});

export const KERNEL_SPECS = [
  packetLoss,
  partition,
  connectionKill,
  rateLimit,
] as const satisfies readonly FaultSpec[];

function wayOf(params: FaultParams): string {
  if (params['direction'] === 'in') return ' on the way to the clients';
  return params['direction'] === 'out' ? ' on the way to the server' : '';
}

/** A share of nobody is a slip of the pen. */
function hitsSomebody(name: string): NonNullable<FaultSpec['check']> {
  return (params, path): Problem | null =>
    params[name] === 0
      ? { code: 'out-of-range', path: `${path}.${name}`, got: '0', wanted: 'above 0 and at most 1' }
      : null;
}
