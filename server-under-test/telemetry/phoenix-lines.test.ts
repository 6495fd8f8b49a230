import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../otp/manual-clock.ts';
import { Telemetry } from './counters.ts';
import type { ChannelHandledIn, EventSocket, SocketConnected } from './event-metadata.ts';
import { Logger, type LogLevel } from './logger.ts';
import { attachPhoenixLines, describeDuration } from './phoenix-lines.ts';

function setUp(level: LogLevel): { telemetry: Telemetry; lines: string[] } {
  const lines: string[] = [];
  const clock = new ManualClock();
  const write = (line: string): void => void lines.push(line.replace(/^\S+ /, '').trimEnd());
  const logger = new Logger({ level, clock, write });
  const telemetry = new Telemetry(logger, clock);
  attachPhoenixLines(telemetry, logger);
  return { telemetry, lines };
}

const socket: EventSocket = {
  topic: 'room:1',
  channelName: 'RoomChannel',
  logMetadata: () => ({ request_id: 'r', user_id: 'ann' }),
};
const connected: SocketConnected = {
  endpoint: 'Endpoint',
  transport: 'websocket',
  params: { vsn: '2.0.0', token: 'x' },
  connect_info: { request_id: 'r' },
  vsn: '2.0.0',
  user_socket: 'DrillSocket',
  log: 'info',
  result: 'ok',
  serializer: 'V2',
};
const handled: ChannelHandledIn = { event: 'ping', params: { n: 1 }, socket, ref: '2' };

test('tells connects, joins and events in the words of Phoenix', () => {
  const { telemetry, lines } = setUp('debug');
  telemetry.socketConnected.emit(0.045, connected);
  telemetry.socketConnected.emit(12.4, { ...connected, result: 'error', connect_info: null });
  telemetry.channelJoined.emit(0.1, { params: {}, socket, result: 'ok' });
  telemetry.channelJoined.emit(0.1, { params: {}, socket, result: 'error' });
  telemetry.channelHandledIn.emit(3, handled);
  telemetry.socketDrain.execute(
    { count: 2, total: 5, index: 1, rounds: 3 },
    { endpoint: 'Endpoint', socket: 'DrillSocket', interval: 300, log: 'info' },
  );
  const parameters = 'Transport: websocket Serializer: V2 Parameters: {"vsn":"2.0.0","token":"[FILTERED]"}';
  const who = 'request_id=r user_id=ann topic=room:1';
  assert.deepEqual(lines, [
    `[info] request_id=r CONNECTED TO DrillSocket in 45µs ${parameters}`,
    `[info] REFUSED CONNECTION TO DrillSocket in 12ms ${parameters}`,
    `[info] ${who} JOINED room:1 in 100µs Parameters: {}`,
    `[info] ${who} REFUSED JOIN room:1 in 100µs Parameters: {}`,
    `[debug] ${who} HANDLED ping INCOMING ON room:1 (RoomChannel) in 3ms Parameters: {"n":1}`,
    '[info] DRAINING 2 of 5 total connection(s) for socket DrillSocket every 300ms - round 1 of 3',
  ]);
});

test('a handler is attached only where its level is written', () => {
  const listened = (level: LogLevel): boolean[] => {
    const { socketConnected, channelJoined, channelHandledIn } = setUp(level).telemetry;
    return [socketConnected.listened, channelJoined.listened, channelHandledIn.listened];
  };
  assert.deepEqual(listened('debug'), [true, true, true]);
  assert.deepEqual(listened('info'), [true, true, false]);
  assert.deepEqual(listened('warning'), [false, false, false]);
});

test('topics that begin with phoenix are never logged', () => {
  const { telemetry, lines } = setUp('debug');
  const internal = { topic: 'phoenix:live_reload' };
  telemetry.channelJoined.emit(1, { params: {}, socket: internal, result: 'ok' });
  telemetry.channelHandledIn.emit(1, { ...handled, socket: internal });
  assert.deepEqual(lines, []);
});

test('a socket may choose its own level, or silence', () => {
  const { telemetry, lines } = setUp('info');
  telemetry.socketConnected.emit(1, { ...connected, log: false });
  telemetry.socketConnected.emit(1, { ...connected, log: 'debug' });
  telemetry.channelJoined.emit(1, { params: {}, socket: { topic: 'a', logJoin: false }, result: 'ok' });
  telemetry.channelJoined.emit(1, { params: {}, socket: { topic: 'b', logJoin: 'warning' }, result: 'ok' });
  assert.deepEqual(lines, ['[warning] topic=b JOINED b in 1000µs Parameters: {}']);
});

test('a client cannot write lines of its own', () => {
  const { telemetry, lines } = setUp('debug');
  telemetry.channelHandledIn.emit(1, { ...handled, event: 'x\n2026 [error] y', params: { a: '\u001b[2J' } });
  assert.match(lines[0] ?? '', /HANDLED x\\n2026 \[error\] y INCOMING.*"\\u001b\[2J"/);
});

test('durations print as in Phoenix: microseconds up to a thousand, then whole milliseconds', () => {
  assert.deepEqual([999, 45_900, 1_000_000, 1_001_000, 2_999_999].map(describeDuration), [
    '0µs',
    '45µs',
    '1000µs',
    '1ms',
    '2ms',
  ]);
});
