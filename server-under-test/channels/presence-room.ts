import { Exit } from '../otp/exit-reason.ts';
import { formatPid } from '../otp/pid.ts';
import { NoClause, noreply, reply, type ChannelModule, type HandleResult } from '../phoenix/channel.ts';
import type { ChannelSocket } from '../phoenix/channel-socket.ts';
import type { Presence } from '../presence/presence.ts';
import type { TrackResult } from '../presence/tracker-request.ts';
import { readUserId } from './drill-socket.ts';
import { isMap, readField } from './payload.ts';
import { joinRoom, room } from './room.ts';

const PRESENCE_KEY = 'presence_key';

/** A channel's note to itself to track its client, once the join is answered. */
class TrackSelf {
  readonly meta: Readonly<Record<string, unknown>>;

  constructor(meta: Readonly<Record<string, unknown>>) {
    this.meta = meta;
  }
}

/** The payload's user_id, else the socket's, else a guest of its own for every connection. */
function keyOf(payload: unknown, socket: ChannelSocket): string {
  const asked = readField(payload, 'user_id');
  if (typeof asked === 'string' || typeof asked === 'number') return String(asked);
  return readUserId(socket.assigns) ?? `guest${formatPid(socket.runtime.node, socket.transport.id)}`;
}

function prepare(payload: unknown, socket: ChannelSocket): void {
  const meta = readField(payload, 'meta');
  socket.assign(PRESENCE_KEY, keyOf(payload, socket));
  socket.sendSelf(new TrackSelf(isMap(meta) ? meta : {}));
}

/** `{:ok, _} = ...`: anything else is a MatchError, which ends the channel. */
function requireOk(result: TrackResult): void {
  if (result.tag === 'error') throw new Exit({ badReturn: result.reason });
}

/** `presence:*`: a room whose members are tracked; all of them stay in `presence` (phoenix-semantics 5.3). */
export function presenceRoom(presence: Presence): ChannelModule {
  // The client's own diff is on its way to the transport before the call returns, so it comes before the state.
  async function trackSelf(message: TrackSelf, socket: ChannelSocket): Promise<HandleResult> {
    const { process, topic, assigns } = socket;
    const key = assigns[PRESENCE_KEY] as string;
    requireOk(await process.whileAlive(presence.track(process, topic, key, message.meta)));
    socket.push('presence_state', await process.whileAlive(presence.list(topic)));
    return noreply();
  }

  async function updateSelf(payload: unknown, socket: ChannelSocket): Promise<HandleResult> {
    const meta = readField(payload, 'meta');
    if (!isMap(meta)) throw new NoClause('handle_in(update_presence)', payload);
    const { process, topic, assigns } = socket;
    const key = assigns[PRESENCE_KEY] as string;
    requireOk(await process.whileAlive(presence.update(process, topic, key, meta)));
    return reply('ok');
  }

  return {
    ...room,

    async join(_topic, payload, socket) {
      const result = await joinRoom(payload, socket);
      if (result.tag === 'ok') prepare(payload, socket);
      return result;
    },

    handleIn(event, payload, socket) {
      if (event === 'update_presence') return updateSelf(payload, socket);
      return room.handleIn?.(event, payload, socket) ?? noreply();
    },

    handleInfo(message, socket) {
      if (message instanceof TrackSelf) return trackSelf(message, socket);
      return room.handleInfo?.(message, socket) ?? noreply();
    },
  };
}
