/** Push and reply in a closed loop: round trips for each second of CPU, and what the recording costs of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Row } from '../table.ts';
import { Fleet, type Kind } from './fleet.ts';
import { note, startTarget } from './target.ts';

/** One push at a time, as one who waits; and ten at a time, as a page with ten live parts has it. */
const CASES = [
  { clients: 200, topics: ['room:1'] },
  { clients: 50, topics: Array.from({ length: 10 }, (_, i) => `room:${i}`) },
] as const;
const SECONDS = 4;
const ORDER = [
  'ours',
  'mute',
  'ws',
  'bare',
  'bare',
  'ws',
  'mute',
  'ours',
  'ours',
  'mute',
  'ws',
  'bare',
] as const;
type Case = (typeof CASES)[number];

/** Round trips per second of the process's CPU. */
async function measure(kind: Kind, { clients, topics }: Case): Promise<number> {
  const target = await startTarget(1);
  const fleet = new Fleet(kind, 1);
  try {
    await fleet.order(() => ({ op: 'open', url: target.url, topics, count: clients, atOnce: 50 }));
    await fleet.order(() => ({ op: 'push', seconds: 2 }));
    await sleep(300);
    const { count, cpuUs } = await fleet.order(() => ({ op: 'push', seconds: SECONDS }));
    return count / (cpuUs / 1e6);
  } finally {
    await fleet.stop();
    await target.stop();
  }
}

async function rowsOf(asked: Case): Promise<Row[]> {
  const rates: Record<(typeof ORDER)[number], number[]> = { ours: [], mute: [], ws: [], bare: [] };
  for (const kind of ORDER) {
    // The bare socket has no references to tell several answers apart by.
    if (kind === 'bare' && asked.topics.length > 1) continue;
    rates[kind].push(await measure(kind, asked));
    note(
      `${kind}, ${asked.topics.length} at a time: ${rates[kind].at(-1)?.toFixed(0)} round trips per CPU-second`,
    );
  }
  const [own, mute, ws] = [median(rates.ours), median(rates.mute), median(rates.ws)];
  const bare = rates.bare.length === 0 ? '' : `; bare socket, nothing kept ${median(rates.bare).toFixed(0)}`;
  const atOnce = asked.topics.length === 1 ? 'one' : 'ten';
  return [
    {
      what: `push → reply per CPU-second, ${atOnce} at a time: ws of ours`,
      ours: own.toFixed(0),
      beside: `ws client, JSON.parse, one histogram ${ws.toFixed(0)}${bare}`,
      figure: ws / own,
      limit: 0.5,
      unit: '×',
    },
    {
      what: `recording, share of the CPU of a push, ${atOnce} at a time`,
      ours: `${(1e6 / own).toFixed(1)} µs`,
      beside: `histograms mute ${(1e6 / mute).toFixed(1)} µs`,
      figure: (1 - own / mute) * 100,
      limit: 5,
      unit: ' %',
    },
  ];
}

export async function pushRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const asked of CASES) rows.push(...(await rowsOf(asked)));
  return rows;
}
