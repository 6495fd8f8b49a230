import { ExitMessage } from '../otp/signals.ts';
import {
  noreply,
  ok,
  refuse,
  TIMEOUT,
  type ChannelModule,
  type HandleResult,
  type JoinResult,
} from '../phoenix/channel.ts';
import type { ChannelSocket } from '../phoenix/channel-socket.ts';
import { NoClause } from '../phoenix/channel.ts';
import { readUserId } from './drill-socket.ts';
import { isMap, readField, readMs } from './payload.ts';
import { findRoomEvent } from './room-events.ts';
import { AfterJoin, FloodWork } from './room-messages.ts';
import { handleMonitorInfo } from './room-monitor.ts';

function settleJoin(payload: unknown, socket: ChannelSocket): JoinResult {
  if (readField(payload, 'crash') === true) throw new Error('the join was asked to crash');
  if (readField(payload, 'reject') === true) return refuse({ reason: 'rejected' });
  if (readField(payload, 'trap_exit') === true) socket.trapExits();
  const afterJoin = readField(payload, 'after_join');
  if (afterJoin !== undefined) socket.sendSelf(new AfterJoin(afterJoin));
  return ok();
}

/** The join of every drill channel, with the switches of the drill contract. */
export function joinRoom(payload: unknown, socket: ChannelSocket): JoinResult | Promise<JoinResult> {
  if (!isMap(payload)) throw new NoClause('join/3', payload);
  const delayMs = readMs(payload, 'delay_ms');
  if (delayMs > 0) return socket.wait(delayMs).then(() => settleJoin(payload, socket));
  return settleJoin(payload, socket);
}

function work({ ms }: FloodWork, socket: ChannelSocket): HandleResult | Promise<HandleResult> {
  return ms > 0 ? socket.wait(ms).then(() => noreply()) : noreply();
}

/** The channel of `room:*` and `lobby`: every event of the drill contract. */
export const room: ChannelModule = {
  intercepts: ['ishout'],

  join(_topic, payload, socket) {
    return joinRoom(payload, socket);
  },

  handleIn(event, payload, socket) {
    const handle = findRoomEvent(event);
    if (handle === undefined) throw new NoClause('handle_in/3', event);
    return handle(payload, socket, event as string);
  },

  handleOut(event, payload, socket) {
    // Bytes come here only when a fault intercepts their event: there is no field to add.
    if (payload instanceof Uint8Array) socket.push(event, payload);
    else if (isMap(payload)) socket.push(event, { ...payload, to: readUserId(socket.assigns) });
    else throw new NoClause('handle_out/3', payload);
    return noreply();
  },

  handleInfo(message, socket) {
    if (message instanceof AfterJoin) socket.push('after_join', { n: message.n });
    else if (message === TIMEOUT) socket.push('timeout', {});
    else if (message instanceof FloodWork) return work(message, socket);
    else if (!(message instanceof ExitMessage)) {
      const result = handleMonitorInfo(message, socket);
      if (result === null) throw new NoClause('handle_info/2', typeof message);
      return result;
    }
    return noreply();
  },
};

/** `private:<user_id>`: a room only its owner may join. */
export const privateRoom: ChannelModule = {
  ...room,
  join(topic, payload, socket) {
    const userId = readUserId(socket.assigns);
    if (userId === null || topic !== `private:${userId}`) return refuse({ reason: 'unauthorized' });
    return joinRoom(payload, socket);
  },
};
