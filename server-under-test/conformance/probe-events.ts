/** Events of `probe:*` that a room does not have (harness/conformance/CONTRACT.md). */
import {
  Broadcast,
  Endpoint,
  Exit,
  GenServer,
  noreply,
  Presence,
  PresenceError,
  Process,
  PubSub,
  reply,
  server,
  Supervisor,
  Task,
  type InResult,
  type Socket,
} from '../app/api.ts';
import { readField, readMs } from '../channels/payload.ts';
import { SLOW_SERVER } from '../channels/slow-server.ts';
import { reasonText } from './reason-text.ts';
import { report } from './report.ts';

type ProbeEvent = (payload: unknown, socket: Socket) => InResult | Promise<InResult>;

const OK = reply('ok');
/** How often a killed worker is looked for. */
const LOOK_MS = 1;

/** A text of the payload, empty when there is none. */
function readText(payload: unknown, name: string): string {
  const value = readField(payload, name);
  return typeof value === 'string' ? value : '';
}

async function catchCall(payload: unknown, socket: Socket): Promise<InResult> {
  const ms = readMs(payload, 'ms');
  try {
    await GenServer.call(socket, SLOW_SERVER, ms, readMs(payload, 'timeout'));
    return reply('ok', { ms });
  } catch (error) {
    const timedOut = error instanceof Exit && typeof error.reason === 'object' && 'timeout' in error.reason;
    if (!timedOut) throw error;
    return reply('error', { reason: 'timeout' });
  }
}

async function awaitTask(payload: unknown, socket: Socket): Promise<InResult> {
  const task = Task.async(socket, async (self) => {
    await self.wait(readMs(payload, 'ms'));
    report(socket, 'task_done', {});
  });
  await Task.await(task, readMs(payload, 'timeout'));
  return OK;
}

async function track(payload: unknown, socket: Socket): Promise<InResult> {
  try {
    await Presence.track(socket, readText(payload, 'key'), {});
    return OK;
  } catch (error) {
    if (!(error instanceof PresenceError)) throw error;
    return reply('error', { reason: error.reason });
  }
}

/** Kills a permanent worker so often, each time when it is up again (phoenix-semantics 3.7). */
async function crashWorker(payload: unknown, socket: Socket): Promise<InResult> {
  let starts = 0;
  const worker = server(() => {
    starts += 1;
    return {};
  });
  const supervisor = Supervisor.start(socket, [{ id: 'worker', worker }]);
  let left = 'alive';
  void Process.ended(supervisor).then((reason) => (left = reasonText(reason)));
  const crashes = Number(readField(payload, 'crashes'));
  for (let killed = 0; killed < crashes && supervisor.alive; killed += 1) {
    const before = starts;
    const [child] = supervisor.children();
    if (child?.process) Process.exit(child.process, 'kill');
    while (starts === before && supervisor.alive) await Process.sleep(socket, LOOK_MS);
  }
  const answer = { restarts: starts - 1, supervisor: left };
  await supervisor.stop();
  return reply('ok', answer);
}

const EVENTS: Readonly<Record<string, ProbeEvent>> = {
  throw: () => {
    // oxlint-disable-next-line typescript/only-throw-error -- Elixir throws terms
    throw 'ball';
  },
  exit_signal: (payload, socket) => {
    const self = Process.self(socket);
    Process.spawn(socket, () => Process.exit(self, readText(payload, 'reason')));
    return noreply();
  },
  drain_self: (_payload, socket) => {
    socket.sendSelf(Broadcast.of(socket.topic, 'phx_drain', {}));
    return noreply();
  },
  raw: (payload, socket) => {
    PubSub.broadcast(socket, socket.topic, { raw: payload });
    return OK;
  },
  plain_broadcast: (payload, socket) => {
    const { topic } = socket;
    PubSub.broadcast(socket, topic, Broadcast.of(topic, readText(payload, 'event'), {}));
    return OK;
  },
  endpoint_broadcast: (payload, socket) => {
    const [topic, event] = [readText(payload, 'topic'), readText(payload, 'event')];
    Endpoint.broadcast(socket, topic, event, readField(payload, 'payload'));
    return OK;
  },
  call_unregistered: async (_payload, socket) => {
    await GenServer.call(socket, 'nobody_has_this_name', 'x');
    return OK;
  },
  catch_call: catchCall,
  await_task: awaitTask,
  track,
  kill_shard: (_payload, socket) => {
    // A node has one shard for all topics.
    const shard = Process.whereIs(socket, 'presence_shard0');
    if (shard !== null) Process.exit(shard, 'kill');
    return noreply();
  },
  worker: crashWorker,
};

/** By name; a room answers the others. */
export const PROBE_EVENTS: ReadonlyMap<unknown, ProbeEvent> = new Map(Object.entries(EVENTS));
