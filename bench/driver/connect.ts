/** CPU per connect, upgrade and join, and memory per idle joined client: ours, the stock client, a bare socket. */
import { setTimeout as sleep } from 'node:timers/promises';
import { realClock } from '../../harness/base/clock.ts';
import { median, type Row } from '../table.ts';
import { Fleet, type Kind } from './fleet.ts';
import { note, startTarget, type Target } from './target.ts';

export const CLIENTS = Number(process.env['BENCH_CLIENTS'] ?? 100_000);
const PROCESSES = Math.max(1, Math.ceil(CLIENTS / 17_000));
/** In turn and back, so that a drift of the machine hits all of them. */
const ORDER = ['ours', 'ws', 'bare', 'bare', 'ws', 'ours'] as const;
/** Clients a process opens first, so that nobody pays for his code being compiled. */
const WARM_UP = 200;

type Peer = (typeof ORDER)[number];
/** `lastS`: seconds until all had a broadcast; bare sockets only. */
type Cost = { cpuUs: number; rssBytes: number; seconds: number; lastS: number };

async function openAll(kind: Kind): Promise<Cost> {
  const target = await startTarget(PROCESSES);
  const fleet = new Fleet(kind, PROCESSES);
  try {
    const atOnce = Math.floor(1_200 / PROCESSES);
    const open = (count: number) => () =>
      ({ op: 'open', url: target.url, topics: ['lobby'], count, atOnce }) as const;
    await fleet.order(open(WARM_UP));
    await sleep(500);
    const before = await fleet.order(() => ({ op: 'memory' }));
    const each = Math.floor(CLIENTS / PROCESSES) - WARM_UP;
    const opened = await fleet.order(open(each));
    await sleep(10_000);
    const after = await fleet.order(() => ({ op: 'memory' }));
    return {
      cpuUs: opened.cpuUs / opened.count,
      rssBytes: (after.rssBytes - before.rssBytes) / opened.count,
      seconds: opened.seconds,
      lastS: kind === 'bare' ? await lastOf(fleet, target) : NaN,
    };
  } finally {
    await fleet.stop();
    await target.stop();
  }
}

/** Seconds from a broadcast to its last receiver, the middling of three. */
async function lastOf(fleet: Fleet, target: Target): Promise<number> {
  const seconds: number[] = [];
  for (let sent = 0; sent < 3; sent += 1) {
    const heard = fleet.order(() => ({ op: 'hear' }));
    await sleep(500);
    const sentUs = realClock.nowUs();
    await target.broadcast('lobby', 'news', { fd: [0, sent, sentUs], text: 'the same for everybody' });
    await heard;
    seconds.push((realClock.nowUs() - sentUs) / 1e6);
  }
  return median(seconds);
}

/** Ours, kept for the rows that compare with other programs. */
export const ours: { cpuUs: number; rssBytes: number } = { cpuUs: NaN, rssBytes: NaN };
/** Bare sockets of the same number, kept for the rows about the whole program. */
export const bare: { joinedS: number; lastS: number } = { joinedS: NaN, lastS: NaN };

export async function connectRows(): Promise<Row[]> {
  const costs: Record<(typeof ORDER)[number], Cost[]> = { ours: [], ws: [], bare: [] };
  for (const kind of ORDER) {
    const cost = await openAll(kind);
    costs[kind].push(cost);
    note(
      `${kind}: ${cost.cpuUs.toFixed(1)} µs and ${(cost.rssBytes / 1e3).toFixed(2)} KB a client, ${cost.seconds.toFixed(1)} s`,
    );
  }
  const of = (kind: Peer, key: keyof Cost): number => median(costs[kind].map((cost) => cost[key]));
  const us = (kind: Peer): string => `${of(kind, 'cpuUs').toFixed(0)} µs`;
  const kb = (kind: Peer): string => `${(of(kind, 'rssBytes') / 1e3).toFixed(1)} KB`;
  ours.cpuUs = of('ours', 'cpuUs');
  ours.rssBytes = of('ours', 'rssBytes');
  bare.joinedS = of('bare', 'seconds');
  bare.lastS = of('bare', 'lastS');
  const row = (what: string, beside: string, figure: number, limit: number, unit = '×'): Row => ({
    what,
    ours: what.startsWith('CPU') ? us('ours') : kb('ours'),
    beside,
    figure,
    limit,
    unit,
  });
  return [
    row(
      `CPU per connect + upgrade + join, ${CLIENTS}`,
      `ws client ${us('ws')}`,
      ours.cpuUs / of('ws', 'cpuUs'),
      0.6,
    ),
    row(
      'CPU per connect + upgrade + join',
      `bare socket ${us('bare')}`,
      ours.cpuUs / of('bare', 'cpuUs'),
      1.3,
    ),
    row('RSS per idle joined client', `ws client ${kb('ws')}`, ours.rssBytes / 1e3, 9, ' KB'),
    row(
      'RSS per idle joined client',
      `bare socket ${kb('bare')}`,
      ours.rssBytes / of('bare', 'rssBytes'),
      1.3,
    ),
  ];
}
