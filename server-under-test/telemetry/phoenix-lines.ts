import type { Telemetry } from './counters.ts';
import type {
  ChannelHandledIn,
  ChannelJoined,
  DrainCounts,
  EventSocket,
  LogChoice,
  SocketConnected,
  SocketDrain,
} from './event-metadata.ts';
import type { Timed } from './event.ts';
import type { LogMetadata } from './log-line.ts';
import type { Logger } from './logger.ts';
import { describeParams } from './param-filter.ts';

/** The most talkative level in use of each of Phoenix's three log options (phoenix-semantics 2.1). */
export interface PhoenixLevels {
  readonly socket: LogChoice;
  readonly join: LogChoice;
  readonly handleIn: LogChoice;
}

export const PHOENIX_LEVELS: PhoenixLevels = { socket: 'info', join: 'info', handleIn: 'debug' };

/** Phoenix's own topic, and whatever begins like it, is never logged. */
const UNLOGGED = 'phoenix';

const NANOSECONDS_PER_US = 1_000;
const US_PER_MS = 1_000;

/** Whole milliseconds, or microseconds below one, as Phoenix prints a duration in native units. */
export function describeDuration(nanoseconds: number): string {
  const us = Math.floor(nanoseconds / NANOSECONDS_PER_US);
  return us > US_PER_MS ? `${Math.floor(us / US_PER_MS)}ms` : `${us}µs`;
}

function connectedLine({ duration }: Timed, event: SocketConnected): string {
  const result = event.result === 'ok' ? 'CONNECTED TO' : 'REFUSED CONNECTION TO';
  const { user_socket, transport, serializer, params } = event;
  const took = describeDuration(duration);
  return `${result} ${user_socket} in ${took} Transport: ${transport} Serializer: ${serializer} Parameters: ${describeParams(params)}`;
}

function joinedLine({ duration }: Timed, { result, socket, params }: ChannelJoined): string {
  const verb = result === 'ok' ? 'JOINED' : 'REFUSED JOIN';
  return `${verb} ${socket.topic} in ${describeDuration(duration)} Parameters: ${describeParams(params)}`;
}

function handledLine({ duration }: Timed, { event, socket, params }: ChannelHandledIn): string {
  const name = typeof event === 'string' ? event : (JSON.stringify(event) ?? 'null');
  const took = describeDuration(duration);
  return `HANDLED ${name} INCOMING ON ${socket.topic} (${socket.channelName ?? 'channel'}) in ${took} Parameters: ${describeParams(params)}`;
}

function drainLine({ count, total, index, rounds }: DrainCounts, { socket, interval }: SocketDrain): string {
  return `DRAINING ${count} of ${total} total connection(s) for socket ${socket} every ${interval}ms - round ${index} of ${rounds}`;
}

/** The endpoint may name a request in its connect_info. */
function requestOf({ connect_info: info }: SocketConnected): LogMetadata {
  const id = typeof info === 'object' && info !== null && 'request_id' in info ? info.request_id : null;
  return { request_id: typeof id === 'string' ? id : null };
}

function metadataOf(socket: EventSocket): LogMetadata {
  return { ...socket.logMetadata?.(), topic: socket.topic };
}

/** Attaches Phoenix's log lines as telemetry handlers, each only where the logger writes its level at all. */
export function attachPhoenixLines(
  telemetry: Telemetry,
  logger: Logger,
  levels: PhoenixLevels = PHOENIX_LEVELS,
): void {
  const wanted = (level: LogChoice): boolean => level !== false && logger.wants(level);
  if (wanted(levels.socket)) {
    telemetry.attach('phoenix.socket_connected', telemetry.socketConnected, (_name, measured, event) => {
      if (event.log !== false) logger.log(event.log, () => connectedLine(measured, event), requestOf(event));
    });
    telemetry.attach('phoenix.socket_drain', telemetry.socketDrain, (_name, counts, event) => {
      if (event.log !== false) logger.log(event.log, () => drainLine(counts, event));
    });
  }
  if (wanted(levels.join)) {
    telemetry.attach('phoenix.channel_joined', telemetry.channelJoined, (_name, measured, event) => {
      const { socket } = event;
      const level = socket.logJoin ?? levels.join;
      if (level === false || socket.topic.startsWith(UNLOGGED) || !logger.wants(level)) return;
      logger.log(level, () => joinedLine(measured, event), metadataOf(socket));
    });
  }
  if (wanted(levels.handleIn)) {
    telemetry.attach('phoenix.channel_handled_in', telemetry.channelHandledIn, (_name, measured, event) => {
      const { socket } = event;
      const level = socket.logHandleIn ?? levels.handleIn;
      if (level === false || socket.topic.startsWith(UNLOGGED) || !logger.wants(level)) return;
      logger.log(level, () => handledLine(measured, event), metadataOf(socket));
    });
  }
}
