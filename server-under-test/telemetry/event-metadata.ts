import type { LogLevel } from './logger.ts';
import type { LogMetadata } from './log-line.ts';

/** A level, or false for never: Phoenix's `log`, `log_join` and `log_handle_in` (phoenix-semantics 2.1). */
export type LogChoice = LogLevel | false;

/** What telemetry knows of a channel's socket; the phoenix folder hands in its own. */
export interface EventSocket {
  readonly topic: string;
  /** The channel's module as logs call it. */
  readonly channelName?: string;
  readonly logJoin?: LogChoice;
  readonly logHandleIn?: LogChoice;
  /** request_id, user_id and the like, for the log. */
  logMetadata?(): LogMetadata;
}

/** [:phoenix, :endpoint, :init] (phoenix-semantics 7.1). */
export interface EndpointInit {
  readonly pid: string;
  readonly config: unknown;
  readonly module: string;
  readonly otp_app: string;
}

/** [:phoenix, :socket_connected]: accepted and refused, not a failed vsn. */
export interface SocketConnected {
  readonly endpoint: string;
  readonly transport: 'websocket' | 'longpoll';
  readonly params: unknown;
  readonly connect_info: unknown;
  readonly vsn: string;
  readonly user_socket: string;
  readonly log: LogChoice;
  readonly result: 'ok' | 'error';
  readonly serializer: string;
}

/** [:phoenix, :channel_joined]: also for {:error, _}, not for a join that crashed (phoenix-semantics 2.4). */
export interface ChannelJoined {
  readonly params: unknown;
  readonly socket: EventSocket;
  readonly result: 'ok' | 'error';
}

/** [:phoenix, :channel_handled_in]: after handle_in returned, whatever it returned. */
export interface ChannelHandledIn {
  readonly event: unknown;
  readonly params: unknown;
  readonly socket: EventSocket;
  readonly ref: unknown;
}

/** [:phoenix, :socket_drain]: one per chunk; its measurements are DrainCounts. */
export interface SocketDrain {
  readonly endpoint: string;
  readonly socket: string;
  readonly interval: number;
  readonly log: LogChoice;
}

export type DrainCounts = {
  readonly count: number;
  readonly total: number;
  readonly index: number;
  readonly rounds: number;
};

export type InitTime = { readonly system_time: number };

/** [:firedrill, :exit]: what Phoenix does not emit, the end of a process and its reason. */
export interface ProcessExit {
  readonly kind: string;
  readonly reason: string;
}

/** [:firedrill, :fan_out]: how far one dispatch reached on this node. */
export interface FanOut {
  readonly topic: string;
  readonly event: string;
}

export type FanOutCounts = {
  readonly fastlane: number;
  readonly intercepted: number;
};

/** [:firedrill, :queue_age]: how long a message waited before its process took it. */
export interface QueueAge {
  readonly kind: string;
  readonly topic: string | null;
}

/** [:telemetry, :handler, :failure]: a handler threw and is detached. */
export interface HandlerFailure {
  readonly event_name: readonly string[];
  readonly handler_id: string;
  readonly kind: 'error';
  readonly reason: unknown;
  readonly stacktrace: string;
}

export type FailureTimes = { readonly monotonic_time: number; readonly system_time: number };
