import { drillSocket } from '../channels/drill-socket.ts';
import { presenceRoom } from '../channels/presence-room.ts';
import { privateRoom, room } from '../channels/room.ts';
import { SLOW_SERVER } from '../channels/slow-server.ts';
import type { ChannelModule } from '../phoenix/channel.ts';
import { channel, ChannelDefinition, type ChannelCallbacks } from './channel-definition.ts';
import type { AppDefinition } from './definition.ts';
import { Process } from './process-calls.ts';
import type { Worker } from './worker-definition.ts';

// The drill's modules return what the callbacks' types tell apart more finely; the channel server checks them all the same.
function callbacksOf({ intercepts, ...callbacks }: ChannelModule): ChannelCallbacks {
  return { ...(intercepts === undefined ? {} : { intercept: intercepts }), ...callbacks } as ChannelCallbacks;
}

const socket = drillSocket([], null);
const roomCallbacks = callbacksOf(room);

const slow: Worker = async (ms, self) => {
  await Process.sleep(self, typeof ms === 'number' ? ms : 0);
  return ms;
};

/** The drill's own application, to be built upon: its sockets, its channels, its slow server. */
export const drill = {
  /** The callbacks of `room:*`: `channel('my:*', { ...drill.room, join() { … } })`. */
  room: roomCallbacks,

  /** `user_id` is optional; a token is asked for by `--secret`, as of every application. */
  connect: socket.connect.bind(socket),

  id: socket.id.bind(socket),

  /** `room:*`, `presence:*`, `private:*` and `lobby`. */
  channels: [
    channel('room:*', roomCallbacks),
    new ChannelDefinition('presence:*', null, ({ presence }) => presenceRoom(presence), true),
    channel('private:*', callbacksOf(privateRoom)),
    channel('lobby', roomCallbacks),
  ],

  workers: { [SLOW_SERVER]: slow },
} satisfies AppDefinition & { readonly room: ChannelCallbacks };
