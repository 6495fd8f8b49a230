/** Faults on what the channels of the bundled server stand on: servers, supervisors, tables, registries, telemetry. */
import type { Problem } from '../../base/errors.ts';
import { formatBytes, formatCount, formatMs } from '../../base/units.ts';
import { numberOf, spec, type FaultSpec } from '../fault-spec.ts';

/** A server by its name; the drill contract's own unless told. */
const server = { type: 'text', default: 'slow' } as const;

export const serverBlocked = spec({
  kind: 'server_blocked',
  builder: 'serverBlocked',
  name: 'blocked servers',
  side: 'server',
  params: { delayMs: { type: 'number', unit: 'ms', min: 1, max: 600_000 }, server },
  words: (params) => ({
    share: 1,
    whom: `the server ${params['server']}`,
    what: `takes ${formatMs(numberOf(params, 'delayMs'))} more for each call`,
  }),
  effects: ['pushes', 'longest mailbox', 'clients joined'],
});

export const workerCrashLoop = spec({
  kind: 'worker_crash_loop',
  builder: 'workerCrashLoop',
  name: 'worker crash loops',
  side: 'server',
  params: {
    everyMs: { type: 'number', unit: 'ms', min: 500, max: 600_000, default: 1_000 },
    strategy: { type: 'choice', of: ['one_for_one', 'rest_for_one'], default: 'one_for_one' },
    server,
  },
  words: (params) => ({
    share: 1,
    whom: `the server ${params['server']} of one node`,
    what: `crashes each ${formatMs(numberOf(params, 'everyMs'))} under ${params['strategy']} supervisors`,
  }),
  effects: ['clients joined', 'pushes', 'joins', 'drops'],
});

export const tableBloat = spec({
  kind: 'table_bloat',
  builder: 'tableBloat',
  name: 'bloated tables',
  side: 'server',
  params: {
    rows: { type: 'number', unit: 'a second', min: 1, max: 100_000, whole: true },
    bytes: { type: 'number', unit: 'bytes', min: 1, max: 1_000_000, whole: true },
    sweep: { type: 'choice', of: ['none', 'all'], default: 'none' },
  },
  words(params) {
    const rows = formatCount(numberOf(params, 'rows'));
    const swept = params['sweep'] === 'all' ? ', swept out each second' : '';
    const what = `gets ${rows} rows of ${formatBytes(numberOf(params, 'bytes'))} a second${swept}`;
    return { share: 1, whom: 'the table drill of each node', what };
  },
  effects: ['table memory', 'server memory'],
  check: bloatPerSecond,
});

export const telemetryRaise = spec({
  kind: 'telemetry_raise',
  builder: 'telemetryRaise',
  name: 'raising telemetry handlers',
  side: 'server',
  params: {
    event: {
      type: 'choice',
      of: [
        'phoenix.socket_connected',
        'phoenix.channel_joined',
        'phoenix.channel_handled_in',
        'phoenix.socket_drain',
        'firedrill.fan_out',
        'firedrill.queue_age',
        'firedrill.exit',
      ],
      default: 'phoenix.channel_handled_in',
    },
  },
  words: (params) => ({
    share: 1,
    whom: `one handler of ${params['event']} on each node`,
    what: 'raises, and is detached',
  }),
  effects: ['pushes', 'joins', 'errors'],
});

export const trackerShardKill = spec({
  kind: 'tracker_shard_kill',
  builder: 'trackerShardKill',
  name: 'tracker shard kills',
  side: 'server',
  params: {},
  words: () => ({
    share: 1,
    whom: 'one presence tracker shard of one node',
    what: 'is killed once; nothing can be lifted',
  }),
  effects: ['clients joined', 'joins', 'missing'],
});

export const registryPartitionKill = spec({
  kind: 'registry_partition_kill',
  builder: 'registryPartitionKill',
  name: 'registry partition kills',
  side: 'server',
  params: {},
  words: () => ({
    share: 1,
    whom: 'one PubSub registry partition of one node',
    what: 'is killed once; nothing can be lifted',
  }),
  effects: ['clients joined', 'joins', 'drops', 'missing'],
});

export const PROCESS_SPECS = [
  serverBlocked,
  workerCrashLoop,
  tableBloat,
  telemetryRaise,
  trackerShardKill,
  registryPartitionKill,
] as const satisfies readonly FaultSpec[];

/** More than this in a second ends the machine before it ends the table. */
const MOST_BYTES_PER_SECOND = 100_000_000;

function bloatPerSecond(params: Readonly<Record<string, unknown>>, path: string): Problem | null {
  const bytes = Number(params['rows']) * Number(params['bytes']);
  if (bytes <= MOST_BYTES_PER_SECOND) return null;
  return {
    code: 'out-of-range',
    path,
    got: `${formatBytes(bytes)} a second`,
    wanted: `at most ${formatBytes(MOST_BYTES_PER_SECOND)} a second`,
    hint: 'fault.tableBloat({ rows: 1_000, bytes: 10_000 })',
  };
}
