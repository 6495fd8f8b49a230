/** CPU per broadcast delivery: ours times and ledgers each one, the bare socket only counts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { realClock } from '../../harness/base/clock.ts';
import { median, type Row } from '../table.ts';
import { Fleet, type Kind } from './fleet.ts';
import { note, startTarget, type Target } from './target.ts';

const SUBSCRIBERS = 10_000;
const BROADCASTS = 10;
const ORDER = ['ours', 'bare', 'bare', 'ours', 'ours', 'bare'] as const;
let sequence = 0;

async function received(fleet: Fleet, target: Target, broadcasts: number): Promise<number> {
  await fleet.order(() => ({ op: 'spent' }));
  let cpuUs = 0;
  let count = 0;
  for (let sent = 0; sent < broadcasts; sent += 1) {
    const stamp = [0, sequence++, realClock.nowUs()];
    await target.broadcast('lobby', 'news', { fd: stamp, text: 'the same for everybody' });
    for (let asked = 0; count < (sent + 1) * SUBSCRIBERS && asked < 50; asked += 1) {
      await sleep(100);
      const spent = await fleet.order(() => ({ op: 'spent' }));
      cpuUs += spent.cpuUs;
      count += spent.count;
    }
  }
  if (count !== broadcasts * SUBSCRIBERS)
    throw new Error(`${count} deliveries instead of ${broadcasts * SUBSCRIBERS}`);
  return cpuUs / count;
}

async function measure(kind: Kind): Promise<number> {
  const target = await startTarget(1);
  const fleet = new Fleet(kind, 1);
  try {
    await fleet.order(() => ({
      op: 'open',
      url: target.url,
      topics: ['lobby'],
      count: SUBSCRIBERS,
      atOnce: 200,
    }));
    await sleep(1_000);
    await received(fleet, target, 3);
    return await received(fleet, target, BROADCASTS);
  } finally {
    await fleet.stop();
    await target.stop();
  }
}

export async function deliveryRows(): Promise<Row[]> {
  const costs = { ours: [] as number[], bare: [] as number[] };
  for (const kind of ORDER) {
    costs[kind].push(await measure(kind));
    note(`${kind}: ${costs[kind].at(-1)?.toFixed(2)} µs a delivery`);
  }
  const [own, bare] = [median(costs.ours), median(costs.bare)];
  return [
    {
      what: 'CPU per delivery, timed and ledgered',
      ours: `${own.toFixed(2)} µs`,
      beside: `bare socket that counts ${bare.toFixed(2)} µs`,
      figure: own / bare,
      limit: 1.4,
      unit: '×',
    },
  ];
}
