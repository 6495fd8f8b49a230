import { CALL_TIMEOUT_MS } from '../otp/gen-server.ts';
import type { Task } from '../otp/task.ts';
import { NoClause, noreply, reply, stop, type HandleResult } from '../phoenix/channel.ts';
import type { ChannelSocket } from '../phoenix/channel-socket.ts';
import { isMap, readField, readMs } from './payload.ts';
import { FloodWork } from './room-messages.ts';
import { monitorUser } from './room-monitor.ts';
import { SLOW_SERVER } from './slow-server.ts';

type Handler = (
  payload: unknown,
  socket: ChannelSocket,
  event: string,
) => HandleResult | Promise<HandleResult>;

const OK = reply('ok');
/** The BEAM pre-empts a long loop about as often. */
const STEPS_PER_TURN = 2_000;

function readTimeout(payload: unknown): number {
  const timeout = readMs(payload, 'timeout');
  return timeout > 0 ? timeout : CALL_TIMEOUT_MS;
}

function readReason(payload: unknown): string {
  const reason = readField(payload, 'reason');
  return typeof reason === 'string' ? reason : 'normal';
}

function requireMap(event: string, payload: unknown): Record<string, unknown> {
  if (!isMap(payload)) throw new NoClause(`handle_in(${event})`, payload);
  return payload;
}

function shout(payload: unknown, socket: ChannelSocket, event: string): HandleResult {
  socket.broadcast(event, payload);
  return OK;
}

async function work(task: Task, ms: number): Promise<number> {
  await task.wait(ms);
  return ms;
}

async function grow(payload: unknown, socket: ChannelSocket): Promise<HandleResult> {
  const table = socket.table('drill');
  const rows = readMs(payload, 'rows');
  const bytes = readMs(payload, 'bytes');
  const { id, handled } = socket.process;
  for (let row = 0; row < rows; row += 1) {
    table.insert(`${id}-${handled}-${row}`, Buffer.alloc(bytes));
    if (row % STEPS_PER_TURN === STEPS_PER_TURN - 1) await socket.yieldTurn();
  }
  return OK;
}

async function flood(payload: unknown, socket: ChannelSocket): Promise<HandleResult> {
  const message = new FloodWork(readMs(payload, 'ms'));
  const count = readMs(payload, 'n');
  for (let sent = 1; sent <= count; sent += 1) {
    socket.sendSelf(message);
    if (sent % STEPS_PER_TURN === 0) await socket.yieldTurn();
  }
  return OK;
}

const EVENTS: Readonly<Record<string, Handler>> = {
  ping: (payload) => reply('ok', payload),
  noreply: () => noreply(),
  status: (payload) => {
    const asked = readField(payload, 'status');
    const status = typeof asked === 'string' ? asked : 'ok';
    const response = readField(payload, 'response');
    return response === undefined ? reply(status) : reply(status, response);
  },
  block: async (payload, socket) => {
    const ms = readMs(payload, 'ms');
    await socket.wait(ms);
    return reply('ok', { ms });
  },
  burn: async (payload, socket) => {
    const ms = readMs(payload, 'ms');
    await socket.burn(ms);
    return reply('ok', { ms });
  },
  task: (payload, socket) => {
    const ms = readMs(payload, 'ms');
    const ref = socket.socketRef();
    socket.startTask((task) => work(task, ms).then(() => ref.reply('ok', { ms })));
    return noreply();
  },
  await: async (payload, socket) => {
    const ms = readMs(payload, 'ms');
    await socket.awaitTask((task) => work(task, ms), readTimeout(payload));
    return reply('ok', { ms });
  },
  call: async (payload, socket) => {
    const ms = readMs(payload, 'ms');
    await socket.call(SLOW_SERVER, ms, readTimeout(payload));
    return reply('ok', { ms });
  },
  shout,
  ishout: (payload, socket, event) => shout(requireMap(event, payload), socket, event),
  shout_from: (payload, socket, event) => {
    socket.broadcastFrom(event, payload);
    return OK;
  },
  push_me: (payload, socket, event) => {
    socket.push('pushed', requireMap(event, payload));
    return OK;
  },
  order: (_payload, socket) => {
    socket.push('p1', {});
    socket.broadcast('b1', {});
    socket.push('p2', {});
    return OK;
  },
  double_reply: (_payload, socket) => {
    const ref = socket.socketRef();
    ref.reply('ok', { n: 1 });
    ref.reply('ok', { n: 2 });
    return noreply();
  },
  timeout: (payload) => noreply(readMs(payload, 'ms')),
  bin: (payload, socket) => {
    if (!(payload instanceof Uint8Array)) throw new NoClause('handle_in(bin)', payload);
    socket.push('bin', payload);
    socket.broadcast('bin', payload);
    return reply('ok', Buffer.concat([payload, Buffer.from('!')]));
  },
  bad_push: (_payload, socket) => {
    socket.push('bad', 'no map');
    return OK;
  },
  crash: () => {
    throw new Error('asked to crash');
  },
  exit: (payload, socket) => socket.exit(readReason(payload)),
  stop: (payload) => {
    const response = readField(payload, 'reply');
    return stop(readReason(payload), response === undefined ? null : { status: 'ok', response });
  },
  flood,
  grow,
  monitor: monitorUser,
};

/** The handler of an event; clients send events that are no strings, and names like `constructor`. */
export function findRoomEvent(event: unknown): Handler | undefined {
  return typeof event === 'string' && Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined;
}
