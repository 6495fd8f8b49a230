/** One process of clients that are not ours: `peer-process <ws|bare>`, ordered about over its IPC channel. */
import { setTimeout as sleep } from 'node:timers/promises';
import { realClock } from '../../harness/base/clock.ts';
import { barePeer } from './bare-peer.ts';
import type { Answer, Order } from './order.ts';
import { stockPeer } from './stock-peer.ts';

const peer = process.argv[2] === 'bare' ? barePeer() : stockPeer();
let clients = 0;
let topics: readonly string[] = [];
let cpu = process.cpuUsage();
let received = 0;

async function open(order: Extract<Order, { op: 'open' }>): Promise<number> {
  const url = new URL(order.url);
  topics = order.topics;
  const last = clients + order.count;
  await Promise.all(
    Array.from({ length: order.atOnce }, async () => {
      while (clients < last) {
        const index = clients++;
        await peer.open(url, order.topics, `127.3.${index % 8}.${process.pid % 250}`);
      }
    }),
  );
  return order.count;
}

async function push(seconds: number): Promise<number> {
  const endUs = realClock.nowUs() + seconds * 1e6;
  let trips = 0;
  await Promise.all(
    Array.from({ length: clients * topics.length }, async (_, nth) => {
      const topic = topics[nth % topics.length] ?? '';
      while (realClock.nowUs() < endUs) {
        await peer.roundTrip(Math.floor(nth / topics.length), topic);
        trips += 1;
      }
    }),
  );
  return trips;
}

async function obey(order: Order): Promise<number> {
  switch (order.op) {
    case 'open':
      return open(order);
    case 'push':
      return push(order.seconds);
    case 'memory':
      globalThis.gc?.();
      await sleep(500);
      return clients;
    case 'spent': {
      const since = peer.received() - received;
      received = peer.received();
      return since;
    }
  }
}

process.on('message', (order: Order) => {
  const startedUs = realClock.nowUs();
  if (order.op !== 'spent') cpu = process.cpuUsage();
  void obey(order).then((count) => {
    const used = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    const answer: Answer = {
      cpuUs: used.user + used.system,
      count,
      seconds: (realClock.nowUs() - startedUs) / 1e6,
      rssBytes: process.memoryUsage.rss(),
    };
    process.send?.(answer);
  });
});
process.on('disconnect', () => process.exit(0));
