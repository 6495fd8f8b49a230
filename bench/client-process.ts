/**
 * One process of clients for the connect benchmark: `client-process <ours|ws> <url> <clients>`.
 * Opens them 200 at a time, joins each to the lobby, and prints CPU and memory as one JSON line.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { realClock } from '../harness/base/clock.ts';
import { TimerWheel } from '../harness/base/timer-wheel.ts';
import { Ledger } from '../harness/drive/ledger.ts';
import { Recorder } from '../harness/measure/recorder.ts';
import { Witness } from '../harness/measure/witness.ts';
import { PendingReplies } from '../harness/wire/pending-reply.ts';
import { PhoenixSocket, type SocketWorld } from '../harness/wire/phoenix-socket.ts';

const AT_ONCE = 200;
const [kind, url, count] = process.argv.slice(2);
const target = new URL(`${url}/websocket?vsn=2.0.0`);
const clients = Number(count);
const source = (index: number): string => `127.3.${index % 8}.${process.pid % 250}`;

/** Opens and joins one client; resolves when the join was answered. */
type Open = (index: number) => Promise<void>;

function ours(): Open {
  const wheel = new TimerWheel(realClock);
  const recorder = new Recorder();
  const world: SocketWorld = {
    clock: realClock,
    wheel,
    pending: new PendingReplies(wheel),
    observer: new Ledger(realClock, wheel, recorder, new Witness()),
    timers: { pushTimeoutMs: 60_000, connectTimeoutMs: 60_000, heartbeatMs: 30_000 },
    endpointOf: (index) => ({
      endpoint: { host: target.hostname, port: Number(target.port), localAddress: source(index) },
      host: target.host,
      path: target.pathname + target.search,
    }),
  };
  return (index) =>
    new Promise((resolve) => {
      const socket = new PhoenixSocket(world, index);
      socket.addChannel('lobby', '{}').onFirstJoin = resolve;
      socket.connect(realClock.nowUs());
    });
}

/** The `ws` client as its users write it: defaults, JSON.parse, a map of replies, heartbeats on a timer. */
function stock(): Open {
  return (index) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(target, { localAddress: source(index) });
      const replies = new Map<string, () => void>();
      socket.on('error', reject);
      socket.on('open', () => {
        replies.set('1', resolve);
        socket.send(JSON.stringify(['1', '1', 'lobby', 'phx_join', {}]));
        setInterval(() => socket.send(JSON.stringify([null, '2', 'phoenix', 'heartbeat', {}])), 30_000);
      });
      socket.on('message', (data: Buffer) => {
        const [, ref] = JSON.parse(data.toString()) as [unknown, string];
        replies.get(ref)?.();
        replies.delete(ref);
      });
    });
}

const open = kind === 'ours' ? ours() : stock();
// Both pay for their code being compiled before the clock starts.
await Promise.all(Array.from({ length: 100 }, (_, index) => open(index)));
await sleep(300);
globalThis.gc?.();
const before = process.memoryUsage.rss();
const cpu = process.cpuUsage();
const startedUs = realClock.nowUs();
let next = 100;
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (next < clients) await open(next++);
  }),
);
const used = process.cpuUsage(cpu);
const seconds = (realClock.nowUs() - startedUs) / 1e6;
await sleep(2_000);
globalThis.gc?.();
await sleep(500);
const opened = clients - 100;
process.stdout.write(
  `${JSON.stringify({
    cpuUs: (used.user + used.system) / opened,
    rssBytes: (process.memoryUsage.rss() - before) / opened,
    seconds,
  })}\n`,
);
process.exit(0);
