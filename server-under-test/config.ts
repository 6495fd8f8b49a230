import type { HandshakeRules } from './phoenix/handshake.ts';

/** Everything a server can be told. Times in milliseconds, sizes in bytes; defaults are Phoenix's (phoenix-semantics 2.1). */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly controlPort: number;
  readonly nodes: number;
  /** Priority of the node processes, as `nice` counts. */
  readonly nice: number;
  readonly secret: string | null;
  readonly idleTimeoutMs: number;
  readonly maxChannels: number;
  readonly maxFrameBytes: number;
  readonly maxFragmentedBytes: number;
  readonly sendTimeoutMs: number;
  readonly evictionMs: number;
  readonly drainBatchSize: number;
  readonly drainBatchIntervalMs: number;
}

export const DEFAULT_CONFIG: ServerConfig = {
  host: '127.0.0.1',
  port: 4000,
  controlPort: 4001,
  nodes: 1,
  nice: 0,
  secret: null,
  idleTimeoutMs: 60_000,
  maxChannels: 100,
  maxFrameBytes: 10_000_000,
  maxFragmentedBytes: 8_000_000,
  sendTimeoutMs: 30_000,
  evictionMs: 5_000,
  drainBatchSize: 10_000,
  drainBatchIntervalMs: 2_000,
};

/** Where sockets are mounted. */
export const SOCKET_PATH = '/socket';

export function handshakeRules(config: ServerConfig): HandshakeRules {
  return { path: `${SOCKET_PATH}/websocket`, secret: config.secret, originHost: config.host };
}

interface NumberFlag {
  readonly key: keyof ServerConfig;
  readonly min: number;
  readonly max: number;
}

const NUMBER_FLAGS: Readonly<Record<string, NumberFlag>> = {
  '--port': { key: 'port', min: 0, max: 65_535 },
  '--control-port': { key: 'controlPort', min: 0, max: 65_535 },
  '--nodes': { key: 'nodes', min: 1, max: 64 },
  '--nice': { key: 'nice', min: -20, max: 19 },
  '--idle-timeout-ms': { key: 'idleTimeoutMs', min: 1, max: 86_400_000 },
  '--max-channels': { key: 'maxChannels', min: 1, max: 1_000_000 },
};
const TEXT_FLAGS: Readonly<Record<string, 'host' | 'secret'>> = { '--host': 'host', '--secret': 'secret' };

/** One thing wrong with the flags. */
export interface FlagProblem {
  readonly path: string;
  readonly got: string;
  readonly wanted: string;
}

/** Reads flags as `--name value` or `--name=value`; all problems at once. */
export function parseFlags(args: readonly string[]): { config: ServerConfig; problems: FlagProblem[] } {
  const values: Record<string, unknown> = {};
  const problems: FlagProblem[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const [name = '', inline] = (args[index] ?? '').split(/=(.*)/s, 2);
    const number = Object.hasOwn(NUMBER_FLAGS, name) ? NUMBER_FLAGS[name] : undefined;
    const text = Object.hasOwn(TEXT_FLAGS, name) ? TEXT_FLAGS[name] : undefined;
    if (number === undefined && text === undefined) {
      const known = [...Object.keys(NUMBER_FLAGS), ...Object.keys(TEXT_FLAGS)].join(' ');
      problems.push({ path: name, got: 'an unknown flag', wanted: `one of ${known}` });
      continue;
    }
    const value = inline ?? args[(index += 1)] ?? '';
    if (text !== undefined) {
      if (value === '') problems.push({ path: name, got: 'nothing', wanted: 'a value' });
      values[text] = value;
    } else if (number !== undefined) {
      const parsed = value.trim() === '' ? Number.NaN : Number(value);
      if (!Number.isInteger(parsed) || parsed < number.min || parsed > number.max) {
        problems.push({
          path: name,
          got: value || 'nothing',
          wanted: `an integer from ${number.min} to ${number.max}`,
        });
      }
      values[number.key] = parsed;
    }
  }
  return { config: { ...DEFAULT_CONFIG, ...values }, problems };
}
