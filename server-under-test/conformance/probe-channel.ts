/** `probe:*`: a room in everything, and what conformance cases must see of a channel beside (harness/conformance/CONTRACT.md). */
import { channel, drill, NoClause, noreply, ok, Process, TaskResult, type JoinResult } from '../app/api.ts';
import { isMap, readField, readMs } from '../channels/payload.ts';
import { AfterJoin } from '../channels/room-messages.ts';
import { PROBE_EVENTS } from './probe-events.ts';
import { reasonText } from './reason-text.ts';
import { PROBE, report } from './report.ts';

const TERMINATE = 'terminate';

export const probeChannel = channel(`${PROBE}*`, {
  ...drill.room,

  async join(topic, payload, socket) {
    socket.assign(TERMINATE, readField(payload, 'terminate'));
    const joined = await drill.room.join(topic, payload, socket);
    if (joined.tag === 'error') return joined;
    const asked = readField(payload, 'return');
    if (asked === 'garbage') return 'garbage' as unknown as JoinResult;
    if (asked === 'broadcast') socket.broadcast('x', {});
    const response = readField(payload, 'reply');
    return response === undefined ? joined : ok(response);
  },

  handleIn(event, payload, socket) {
    const handle = PROBE_EVENTS.get(event);
    if (handle !== undefined) return handle(payload, socket);
    const { handleIn } = drill.room;
    if (typeof handleIn !== 'function') throw new NoClause('handle_in/3', event);
    return handleIn(event, payload, socket);
  },

  handleOut(event, payload, socket) {
    if (event === 'plain_out') {
      socket.push(event, payload);
      return noreply();
    }
    if (event !== 'ishout' || drill.room.handleOut === undefined) throw new NoClause('handle_out/3', event);
    return drill.room.handleOut(event, payload, socket);
  },

  handleInfo(message, socket) {
    if (isMap(message) && Object.hasOwn(message, 'raw')) {
      socket.push('raw', message['raw']);
      return noreply();
    }
    if (message instanceof TaskResult) {
      socket.push('stray', {});
      return noreply();
    }
    if (message instanceof AfterJoin) report(socket, 'after_join', { topic: socket.topic });
    return drill.room.handleInfo?.(message, socket) ?? noreply();
  },

  async terminate(reason, socket) {
    report(socket, 'terminated', {
      topic: socket.topic,
      reason: reasonText(reason),
      joined: socket.joined,
    });
    const asked = socket.assigns[TERMINATE];
    const sleepMs = readMs(asked, 'sleep_ms');
    if (sleepMs > 0) await Process.sleep(socket, sleepMs);
    const push = readField(asked, 'push');
    if (typeof push === 'string') socket.push(push, {});
  },
});
