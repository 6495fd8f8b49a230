/**
 * What the bundled server costs, as ratios of one run: memory per connection, a broadcast beside a bare loop of writes,
 * an intercepted one beside that, pings beside a bare `ws` server, and what a flood and a block cost everybody else.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BareServer, cpuNs, Load } from './server/load.ts';
import { Server } from './server/server.ts';
import { median, printRows, type Row } from './table.ts';

const SUBSCRIBERS = Number(process.env['BENCH_SUBSCRIBERS'] ?? 16_000);
const PINGERS = 1_000;
const BROADCASTS = 10;
const ROUNDS = 3;
const PING_SECONDS = 4;
const IDLE_MS = Number(process.env['BENCH_IDLE_MS'] ?? 30_000);
const PATH = '/socket/websocket?vsn=2.0.0';
const NEWS = { news: 'about sixty bytes of payload, as chat messages have' };

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** CPU of a server process per delivery, in nanoseconds, over some broadcasts. */
async function cpuPerDelivery(pid: number, load: Load, broadcast: () => unknown): Promise<number> {
  const before = cpuNs(pid);
  for (let round = 0; round < BROADCASTS; round += 1) {
    const { done } = await load.receive(SUBSCRIBERS);
    await broadcast();
    await done;
  }
  return (cpuNs(pid) - before) / (BROADCASTS * SUBSCRIBERS);
}

/** Memory, and broadcasts in turn: bare, fastlane, intercepted. */
async function fanOut(): Promise<Row[]> {
  const server = await Server.start();
  const load = new Load();
  const empty = (await server.observe()).memory.rss;
  await load.order({ op: 'open', port: server.port, path: PATH, count: SUBSCRIBERS, topics: ['room:bench'] });
  await sleep(IDLE_MS);
  const perConnection = ((await server.observe()).memory.rss - empty) / SUBSCRIBERS / 1_024;
  note(`memory: ${perConnection.toFixed(2)} KiB a joined connection after ${IDLE_MS / 1e3} s idle`);

  const bare = await BareServer.start('fan');
  const bareLoad = new Load();
  await bareLoad.order({ op: 'open', port: bare.port, path: '/', count: SUBSCRIBERS, topics: [] });
  const text = JSON.stringify([null, null, 'room:bench', 'news', NEWS]);
  const costs = { bare: [] as number[], fastlane: [] as number[], intercepted: [] as number[] };
  const counted = { encodes: 0, passes: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    costs.bare.push(await cpuPerDelivery(bare.server.pid, bareLoad, () => bare.server.broadcast(text)));
    costs.fastlane.push(
      await cpuPerDelivery(server.pid, load, () => server.broadcast('room:bench', 'news', NEWS)),
    );
    const before = (await server.observe()).telemetry;
    costs.intercepted.push(
      await cpuPerDelivery(server.pid, load, () => server.broadcast('room:bench', 'ishout', NEWS)),
    );
    const after = (await server.observe()).telemetry;
    const grown = (name: string): number => (after[name] ?? 0) - (before[name] ?? 0);
    counted.passes += grown('firedrill.intercept_sends');
    counted.encodes += grown('firedrill.encodes') + grown('firedrill.push_encodes');
    note(
      `a delivery: bare ${(costs.bare.at(-1) ?? 0) / 1e3} µs, fastlane ${(costs.fastlane.at(-1) ?? 0) / 1e3} µs, ` +
        `intercepted ${(costs.intercepted.at(-1) ?? 0) / 1e3} µs`,
    );
  }
  await Promise.all([load.close(), bareLoad.close()]);
  await Promise.all([server.stop(), bare.server.stop()]);

  const deliveries = ROUNDS * BROADCASTS * SUBSCRIBERS;
  const us = (list: readonly number[]): string => `${(median(list) / 1e3).toFixed(2)} µs`;
  return [
    {
      what: `RSS per joined connection, ${IDLE_MS / 1e3} s idle`,
      ours: `${perConnection.toFixed(1)} KiB`,
      beside: 'Phoenix 31.8 KB (phoenix-measured)',
      figure: (perConnection * 1_024) / 1e3,
      limit: 14,
      unit: ' KB',
    },
    {
      what: `fastlane to ${SUBSCRIBERS}, CPU per delivery`,
      ours: us(costs.fastlane),
      beside: `bare loop ${us(costs.bare)}`,
      figure: median(costs.fastlane) / median(costs.bare),
      limit: 1.25,
      unit: '×',
    },
    {
      what: 'intercepted, CPU per delivery',
      ours: us(costs.intercepted),
      beside: `fastlane ${us(costs.fastlane)}`,
      figure: median(costs.intercepted) / median(costs.fastlane),
      limit: 2.5,
      unit: '×',
    },
    {
      what: 'intercepted, mailbox passes per subscriber',
      ours: String(counted.passes),
      beside: `${deliveries} deliveries`,
      figure: Math.abs(counted.passes / deliveries - 1),
      limit: 0,
      unit: ' off',
    },
    {
      what: 'intercepted, encodes per subscriber',
      ours: String(counted.encodes),
      beside: `${deliveries} deliveries`,
      figure: Math.abs(counted.encodes / deliveries - 1),
      limit: 0,
      unit: ' off',
    },
  ];
}

/** Pings in a closed loop, in turn against ours and the stock `ws` server. */
async function pings(): Promise<Row[]> {
  const server = await Server.start();
  const bare = await BareServer.start('echo');
  const load = { ours: new Load(), ws: new Load() };
  const topics = ['room:ping'];
  await load.ours.order({ op: 'open', port: server.port, path: PATH, count: PINGERS, topics });
  await load.ws.order({ op: 'open', port: bare.port, path: '/', count: PINGERS, topics });
  const rates = { ours: [] as number[], ws: [] as number[] };
  for (const kind of ['ours', 'ws', 'ws', 'ours', 'ours', 'ws'] as const) {
    const { count } = await load[kind].order({
      op: 'ping',
      topic: 'room:ping',
      seconds: PING_SECONDS,
      from: 0,
      count: PINGERS,
    });
    rates[kind].push(count / PING_SECONDS);
    note(`${kind}: ${Math.round(count / PING_SECONDS)} pings/s`);
  }
  await Promise.all([load.ours.close(), load.ws.close()]);
  await Promise.all([server.stop(), bare.server.stop()]);
  const [ours, ws] = [median(rates.ours), median(rates.ws)];
  return [
    {
      what: `closed-loop ping, ${PINGERS} connections`,
      ours: `${Math.round(ours)}/s`,
      beside: `ws server ${Math.round(ws)}/s`,
      figure: ws / ours,
      limit: 1 / 0.8,
      unit: '× slower',
    },
  ];
}

const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};

/** What others feel of one mailbox with a million messages, and of a connection whose every channel blocks. */
async function neighbours(): Promise<Row[]> {
  const server = await Server.start();
  const load = new Load();
  const steady = {
    op: 'steady',
    topic: 'room:calm',
    seconds: 6,
    perSecond: 500,
    from: 1,
    count: 200,
  } as const;
  const many = Array.from({ length: 100 }, (_, index) => `room:block${index}`);
  await load.order({ op: 'open', port: server.port, path: PATH, count: 1, topics: many });
  await load.order({ op: 'open', port: server.port, path: PATH, count: 200, topics: ['room:calm'] });
  await load.order({ ...steady, seconds: 2 });

  const quiet: number[] = [];
  const blocked: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    quiet.push(percentile((await load.order(steady)).latencies ?? [], 0.99));
    for (const topic of many) {
      const frame = JSON.stringify(['1', '2', topic, 'block', { ms: 5_000 }]);
      await load.order({ op: 'say', from: 0, frame });
    }
    blocked.push(percentile((await load.order(steady)).latencies ?? [], 0.99));
    note(
      `p99 of others: quiet ${quiet.at(-1)?.toFixed(2)} ms, beside 100 blocked channels ${blocked.at(-1)?.toFixed(2)} ms`,
    );
  }

  const flood = JSON.stringify(['1', '3', 'room:block0', 'flood', { n: 1_000_000, ms: 0 }]);
  await load.order({ op: 'say', from: 0, frame: flood });
  const during = await load.order(steady);
  const worst = Math.max(...(during.latencies ?? []));
  const { sum } = (await server.observe()).mailbox;
  note(
    `a mailbox of a million: others waited ${worst.toFixed(1)} ms at most; ${sum} messages were left 6 s later`,
  );
  await load.close();
  await server.stop();
  const moved = median(blocked) - median(quiet);
  return [
    {
      what: 'p99 of others beside 100 blocked channels',
      ours: `${median(blocked).toFixed(2)} ms`,
      beside: `quiet ${median(quiet).toFixed(2)} ms`,
      figure: moved,
      limit: 1,
      unit: ' ms more',
    },
    {
      what: 'longest wait of others while a million messages drain',
      ours: `${worst.toFixed(1)} ms`,
      beside: '',
      figure: worst,
      limit: 20,
      unit: ' ms',
    },
  ];
}

const rows = [...(await fanOut()), ...(await pings()), ...(await neighbours())];
const missed = printRows('the bundled server, one node, both ends on this machine', rows);
process.exitCode = missed === 0 ? 0 : 1;
