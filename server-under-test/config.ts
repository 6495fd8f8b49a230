import { withDefaults } from './config/defaults.ts';
import type { HandshakeRules } from './phoenix/handshake.ts';
import { mountPath } from './phoenix/mount-path.ts';
import { originRule } from './phoenix/origin.ts';
import type { WebServer } from './phoenix/profile.ts';
import type { LogLevel } from './telemetry/logger.ts';

/** Everything a server can be told; config/settings.ts says how. Times in milliseconds, sizes in bytes. */
export interface ServerConfig {
  readonly port: number;
  /** Where to listen. */
  readonly host: string;
  /** The endpoint's url host. */
  readonly publicHost: string;
  readonly controlPort: number;
  readonly controlHost: string;
  readonly controlToken: string | null;
  readonly nodes: number;
  /** Priority of the node processes, as `nice` counts. */
  readonly nice: number;
  /** Path of an application module, as typed. */
  readonly app: string | null;
  readonly server: WebServer;
  readonly phoenixVersion: string;
  readonly logLevel: LogLevel | 'none';
  readonly secretKeyBase: string;
  /** The token sockets need, if any. */
  readonly secret: string | null;
  readonly checkOrigin: boolean | readonly string[];
  readonly idleTimeoutMs: number;
  /** Per connection; null is no limit. */
  readonly maxChannels: number | null;
  readonly maxFrameBytes: number;
  readonly maxFragmentedBytes: number;
  readonly sendTimeoutMs: number;
  readonly evictionMs: number;
  readonly hibernateAfterMs: number;
  readonly channelShutdownMs: number;
  readonly drainBatchSize: number;
  readonly drainBatchIntervalMs: number;
  readonly drainShutdownMs: number;
  readonly longpoll: boolean;
  readonly longpollWindowMs: number;
  readonly pubsubTimeoutMs: number;
  readonly pubsubPoolSize: number;
  readonly presenceBroadcastPeriodMs: number;
  readonly presenceDownMs: number;
  readonly presencePermdownMs: number;
}

/** What a server is told that nobody tells anything. Its key to sign with is another one in every process. */
export const DEFAULT_CONFIG: ServerConfig = withDefaults({});

/** Where sockets are mounted. */
export const SOCKET_PATH = '/socket';

/** What requests to the drill's mount are checked against; it takes auth tokens. */
export function handshakeRules(config: ServerConfig): HandshakeRules {
  return {
    websocket: mountPath(`${SOCKET_PATH}/websocket`),
    longPoll: mountPath(`${SOCKET_PATH}/longpoll`),
    origin: originRule(config.checkOrigin, config.publicHost),
    authToken: true,
  };
}
