/** Push and reply in a closed loop: round trips for each second of CPU, and what the recording costs of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Row } from '../table.ts';
import { Fleet, type Kind } from './fleet.ts';
import { note, startTarget } from './target.ts';

const CLIENTS = 200;
const SECONDS = 4;
const ORDER = ['ours', 'mute', 'ws', 'ws', 'mute', 'ours', 'ours', 'mute', 'ws'] as const;

/** Round trips per second of the process's CPU. */
async function measure(kind: Kind): Promise<number> {
  const target = await startTarget(1);
  const fleet = new Fleet(kind, 1);
  try {
    await fleet.order(() => ({ op: 'open', url: target.url, topic: 'room:1', count: CLIENTS, atOnce: 50 }));
    await fleet.order(() => ({ op: 'push', seconds: 2 }));
    await sleep(300);
    const { count, cpuUs } = await fleet.order(() => ({ op: 'push', seconds: SECONDS }));
    return count / (cpuUs / 1e6);
  } finally {
    await fleet.stop();
    await target.stop();
  }
}

export async function pushRows(): Promise<Row[]> {
  const rates: Record<(typeof ORDER)[number], number[]> = { ours: [], mute: [], ws: [] };
  for (const kind of ORDER) {
    rates[kind].push(await measure(kind));
    note(`${kind}: ${rates[kind].at(-1)?.toFixed(0)} round trips per CPU-second`);
  }
  const [own, mute, ws] = [median(rates.ours), median(rates.mute), median(rates.ws)];
  return [
    {
      what: 'push → reply per CPU-second, the stock client of ours',
      ours: own.toFixed(0),
      beside: `ws client, JSON.parse, one histogram ${ws.toFixed(0)}`,
      figure: ws / own,
      limit: 0.5,
      unit: '×',
    },
    {
      what: 'recording, share of the CPU of a push',
      ours: `${(1e6 / own).toFixed(1)} µs`,
      beside: `histograms mute ${(1e6 / mute).toFixed(1)} µs`,
      figure: (1 - own / mute) * 100,
      limit: 5,
      unit: ' %',
    },
  ];
}
