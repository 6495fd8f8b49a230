import { randomBytes } from 'node:crypto';
import type { ServerConfig } from '../config.ts';
import { NEWEST_VERSION, type Profile } from '../phoenix/profile.ts';
import { LOG_LEVELS } from '../telemetry/logger.ts';
import {
  CHECK_ORIGIN,
  choice,
  HOST,
  integer,
  milliseconds,
  optional,
  orInfinity,
  PHOENIX_VERSION,
  text,
  YES_NO,
  type Kind,
} from './kind.ts';

/** One thing the server can be told, as flag, as NAME or as the file NAME_FILE points at. */
export interface Setting<T> {
  readonly name: string;
  readonly flag: string;
  readonly kind: Kind<T>;
  readonly fallback: Fallback<T>;
  /** One line. */
  readonly about: string;
  /** Never printed, only whether it is set. */
  readonly secret?: true;
  /** What a hint offers instead of the default. */
  readonly example?: string;
}

/** A default; some depend on what is imitated (phoenix-semantics 0.3, 2.1). */
export type Fallback<T> = T | ((profile: Profile, told: Partial<ServerConfig>) => T);

export type Settings = { readonly [Key in keyof ServerConfig]: Setting<ServerConfig[Key]> };

function setting<T>(
  name: string,
  kind: Kind<T>,
  fallback: Fallback<T>,
  about: string,
  more: { readonly flag?: string; readonly secret?: true; readonly example?: string } = {},
): Setting<T> {
  return { name, kind, fallback, about, flag: `--${name.toLowerCase().replaceAll('_', '-')}`, ...more };
}

/** What a start without SECRET_KEY_BASE signs with. */
const GENERATED_KEY = randomBytes(48).toString('base64');
const PORT = integer(0, 65_535);
const FRAME_BYTES = 10_000_000;
const BYTES = integer(1, 1_000_000_000, 'bytes');

/** Every setting, in the order the help lists them. Defaults are Phoenix's (phoenix-semantics 2.1). */
export const SETTINGS: Settings = {
  port: setting('PORT', PORT, 4000, 'Where sockets are served; 0 picks a free port.'),
  host: setting('HOST', HOST, '127.0.0.1', 'Address to listen at; 0.0.0.0 is every one.'),
  publicHost: setting('PHX_HOST', HOST, 'localhost', "The url's host: what CHECK_ORIGIN=true lets in.", {
    example: 'example.com',
  }),
  controlPort: setting(
    'CONTROL_PORT',
    PORT,
    4001,
    'Port of observer, metrics and faults; 0 picks a free port.',
  ),
  controlHost: setting(
    'CONTROL_HOST',
    HOST,
    '127.0.0.1',
    'Address of the control port; others than loopback need a token.',
  ),
  controlToken: setting(
    'CONTROL_TOKEN',
    optional(text('a text of at least 16 bytes', 16)),
    null,
    'Bearer token of the control port.',
    {
      secret: true,
      example: '$(openssl rand -hex 32)',
    },
  ),
  nodes: setting('NODES', integer(1, 64), 1, 'Node processes behind the one port.'),
  nice: setting('NICE', integer(-20, 19), 0, 'Priority of the node processes, as nice counts.'),
  app: setting(
    'APP',
    optional(text('the path of a module')),
    null,
    "An application of your own in place of the drill's channels.",
    {
      example: './my-app.ts',
    },
  ),
  server: setting('PROFILE', choice('bandit', 'cowboy'), 'bandit', 'Which web server is imitated.'),
  phoenixVersion: setting('PHOENIX_VERSION', PHOENIX_VERSION, NEWEST_VERSION, 'Which Phoenix is imitated.'),
  logLevel: setting(
    'LOG_LEVEL',
    choice(...LOG_LEVELS, 'none'),
    'warning',
    'The least severe level written to stderr.',
  ),
  secretKeyBase: setting(
    'SECRET_KEY_BASE',
    text('a text of at least 64 bytes', 64),
    GENERATED_KEY,
    'Signs tokens; generated at every start when not set.',
    {
      secret: true,
      example: '$(openssl rand -base64 48)',
    },
  ),
  secret: setting('SOCKET_TOKEN', optional(text('a text')), null, 'Sockets connect only with token=<this>.', {
    flag: '--secret',
    secret: true,
    example: '$(openssl rand -hex 32)',
  }),
  checkOrigin: setting(
    'CHECK_ORIGIN',
    CHECK_ORIGIN,
    true,
    'Which Origin headers may connect: that of PHX_HOST, any, or those of a list.',
  ),
  idleTimeoutMs: setting(
    'IDLE_TIMEOUT_MS',
    milliseconds(),
    60_000,
    'A connection that sends nothing for so long is closed.',
  ),
  maxChannels: setting(
    'MAX_CHANNELS',
    orInfinity(integer(1, 1_000_000)),
    (profile) => profile.defaultMaxChannels,
    'Channels per connection.',
    {
      example: '100',
    },
  ),
  maxFrameBytes: setting('MAX_FRAME_BYTES', BYTES, FRAME_BYTES, 'Largest frame of a client.'),
  maxFragmentedBytes: setting(
    'MAX_FRAGMENTED_BYTES',
    BYTES,
    // Cowboy knows one limit, for frames and for what is put together of them.
    ({ server }, told) => (server === 'bandit' ? 8_000_000 : (told.maxFrameBytes ?? FRAME_BYTES)),
    'Largest message put together of fragments.',
  ),
  sendTimeoutMs: setting(
    'SEND_TIMEOUT_MS',
    milliseconds(),
    30_000,
    'A client that reads nothing for so long is cut off.',
  ),
  evictionMs: setting(
    'EVICTION_MS',
    milliseconds(),
    5_000,
    'Time an old channel has to make room for a duplicate join.',
  ),
  hibernateAfterMs: setting(
    'HIBERNATE_AFTER_MS',
    milliseconds(),
    15_000,
    'A channel without a message for so long hibernates.',
  ),
  channelShutdownMs: setting(
    'CHANNEL_SHUTDOWN_MS',
    milliseconds(),
    5_000,
    'Time a channel that traps exits has at shutdown.',
  ),
  drainBatchSize: setting(
    'DRAIN_BATCH_SIZE',
    integer(1, 1_000_000),
    10_000,
    'Channels drained at a time at shutdown.',
  ),
  drainBatchIntervalMs: setting(
    'DRAIN_BATCH_INTERVAL_MS',
    milliseconds(0),
    2_000,
    'Pause between two such batches.',
  ),
  drainShutdownMs: setting(
    'DRAIN_SHUTDOWN_MS',
    milliseconds(0),
    30_000,
    'Longest drain; what is left then is closed.',
  ),
  // Phoenix has it off unless configured; the drill contract configures it.
  longpoll: setting('LONGPOLL', YES_NO, true, 'Serve long-poll beside WebSocket.'),
  longpollWindowMs: setting(
    'LONGPOLL_WINDOW_MS',
    milliseconds(),
    10_000,
    'How long a poll waits for messages.',
  ),
  pubsubTimeoutMs: setting(
    'PUBSUB_TIMEOUT_MS',
    milliseconds(),
    2_000,
    'How long a long-poll request waits for its session.',
  ),
  pubsubPoolSize: setting('PUBSUB_POOL_SIZE', integer(1, 64), 1, 'Workers between two nodes.'),
  presenceBroadcastPeriodMs: setting(
    'PRESENCE_BROADCAST_PERIOD_MS',
    milliseconds(),
    1_500,
    'How often nodes tell each other of presences.',
  ),
  presenceDownMs: setting(
    'PRESENCE_DOWN_MS',
    milliseconds(),
    30_000,
    'A node silent for so long is down: its presences leave.',
  ),
  presencePermdownMs: setting(
    'PRESENCE_PERMDOWN_MS',
    milliseconds(),
    1_200_000,
    'A node down for so long is forgotten.',
  ),
};

export const SETTING_KEYS = Object.keys(SETTINGS) as (keyof ServerConfig)[];

/** The default of a setting, given the profile and what was said of other settings. */
export function fallbackOf<T>({ fallback }: Setting<T>, profile: Profile, told: Partial<ServerConfig>): T {
  if (typeof fallback !== 'function') return fallback;
  return (fallback as (profile: Profile, told: Partial<ServerConfig>) => T)(profile, told);
}
