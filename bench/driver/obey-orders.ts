/** A process of clients takes its orders over its IPC channel, one after the other, and dies with whoever gave them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { realClock } from '../../harness/base/clock.ts';
import type { Answer, Order } from './order.ts';

/** What a kind of clients can do; each resolves with, or is, how many. */
export type Hands = {
  open(order: Extract<Order, { op: 'open' }>): Promise<number>;
  clients(): number;
  /** One for each topic of each client, to be called again and again. */
  trips(): readonly (() => Promise<void>)[];
  /** Broadcasts received so far. */
  received(): number;
};

export function obeyOrders(hands: Hands): void {
  let cpu = process.cpuUsage();
  let told = 0;

  async function push(seconds: number): Promise<number> {
    const endUs = realClock.nowUs() + seconds * 1e6;
    let count = 0;
    await Promise.all(
      hands.trips().map(async (trip) => {
        while (realClock.nowUs() < endUs) {
          await trip();
          count += 1;
        }
      }),
    );
    return count;
  }

  async function obey(order: Order): Promise<number> {
    switch (order.op) {
      case 'open':
        return hands.open(order);
      case 'push':
        return push(order.seconds);
      case 'memory':
        globalThis.gc?.();
        await sleep(500);
        return hands.clients();
      case 'hear': {
        const wanted = hands.received() + hands.clients();
        while (hands.received() < wanted) await sleep(10);
        return hands.clients();
      }
      case 'spent': {
        const since = hands.received() - told;
        told = hands.received();
        return since;
      }
    }
  }

  process.on('message', (order: Order) => {
    const startedUs = realClock.nowUs();
    // What was spent between two orders counts where it is asked for.
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
}
