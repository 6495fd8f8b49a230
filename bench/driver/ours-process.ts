/**
 * One process of our clients: the driver's own worker with a scenario, everything it keeps and records included.
 * `ours-process mute` leaves the histograms out, to see what they cost.
 */
import { realClock } from '../../harness/base/clock.ts';
import { decodeWindow } from '../../harness/drive/delta-codec.ts';
import type { WorkerPlan } from '../../harness/drive/orders.ts';
import type { Pipe } from '../../harness/drive/pipe.ts';
import { Worker } from '../../harness/drive/worker.ts';
import { Histogram } from '../../harness/measure/histogram.ts';
import type { Channel, Scenario } from '../../harness/scenario/api.ts';
import { bareTransport } from '../../harness/wire/connection.ts';
import { obeyOrders } from './obey-orders.ts';
import type { Order } from './order.ts';

if (process.argv[2] === 'mute') Histogram.prototype.record = () => {};

const HOUR_MS = 3_600_000;
const rooms: Channel[] = [];
let deliveries = 0;

/** Where the windows of a worker go: they are made and read as in a run, once a second. */
const pipe = {
  send(answer: { type: string; message?: string }): void {
    if (answer.type === 'threw') throw new Error(answer.message);
  },
  sendWindow(bytes: Buffer): void {
    deliveries += decodeWindow(bytes).delta.counters.deliveries;
  },
  end(): void {},
};

function planOf(order: Extract<Order, { op: 'open' }>): WorkerPlan {
  const url = new URL(order.url);
  return {
    worker: 0,
    workers: 1,
    scenarioFile: '',
    clients: order.count,
    load: { model: 'hold', clients: order.count, rampMs: 0 },
    rampMs: 0,
    totalMs: HOUR_MS,
    rate: null,
    seed: 7,
    env: {},
    transport: 'bare',
    connectsAtOnce: order.atOnce,
    target: {
      host: url.hostname,
      addresses: [url.hostname],
      port: Number(url.port),
      path: url.pathname,
      params: {},
      headers: {},
      vsn: '2.0.0',
      authToken: null,
      tls: null,
      sourceAddresses: Array.from({ length: 8 }, (_, i) => `127.3.${i}.${process.pid % 250}`),
    },
  };
}

function open(order: Extract<Order, { op: 'open' }>): Promise<number> {
  const all = Promise.withResolvers<number>();
  let joined = 0;
  const scenario: Scenario = {
    about: 'the clients of a benchmark',
    load: { clients: order.count, ramp: '0s', hold: '1h' },
    async client(user) {
      rooms.push(...(await Promise.all(order.topics.map((topic) => user.join(topic)))));
      joined += 1;
      if (joined === order.count) all.resolve(joined);
    },
  };
  const worker = new Worker(realClock, pipe as unknown as Pipe, planOf(order), scenario, bareTransport);
  worker.obey({ type: 'start', startUs: realClock.nowUs() });
  return all.promise;
}

async function ping(room: Channel): Promise<void> {
  const { status } = await room.push('ping', { n: 1 });
  if (status !== 'ok') throw new Error(`a push ended as ${status}`);
}

obeyOrders({
  open,
  clients: () => rooms.length,
  trips: () => rooms.map((room) => () => ping(room)),
  received: () => deliveries,
});
