/**
 * What a client costs the driver: CPU per connect and join, resident memory per
 * idle joined client; beside the stock `ws` client doing the same in the same run.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { realClock } from '../harness/base/clock.ts';
import { startBundled } from '../harness/target/bundled.ts';
import { median, printRows } from './table.ts';

const CLIENTS = 15_000;
/** Ours and theirs in turn, so that a drift of the machine hits both. */
const ORDER = ['ours', 'ws', 'ws', 'ours', 'ours', 'ws'] as const;

type Cost = { cpuUs: number; rssBytes: number; seconds: number };

function measure(kind: string, url: string): Promise<Cost> {
  const main = fileURLToPath(new URL('./client-process.ts', import.meta.url));
  const flags = ['--expose-gc', '--disable-warning=ExperimentalWarning', main, kind, url, String(CLIENTS)];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as Cost);
      else reject(new Error(`${kind} ended with ${code}`));
    });
  });
}

const costs = { ours: [] as Cost[], ws: [] as Cost[] };
for (const kind of ORDER) {
  // A fresh server each time: neither side meets what the other left behind.
  const server = await startBundled({ clock: realClock, nodes: 2, port: 0, controlPort: 0, nice: 0 });
  const cost = await measure(kind, server.url);
  await server.stop();
  costs[kind].push(cost);
  process.stderr.write(
    `${kind}: ${cost.cpuUs.toFixed(0)} µs and ${(cost.rssBytes / 1_024).toFixed(1)} KiB a client, ${cost.seconds.toFixed(1)} s\n`,
  );
}
const of = (kind: 'ours' | 'ws', key: keyof Cost): number => median(costs[kind].map((cost) => cost[key]));
const rss = of('ours', 'rssBytes') / 1_024;
const missed = printRows(`${CLIENTS} clients in one process, one topic each, bundled server on 2 nodes`, [
  {
    what: 'CPU per connect + join',
    ours: `${of('ours', 'cpuUs').toFixed(0)} µs`,
    beside: `ws client ${of('ws', 'cpuUs').toFixed(0)} µs`,
    figure: of('ours', 'cpuUs') / of('ws', 'cpuUs'),
    limit: 0.7,
    unit: '×',
  },
  {
    what: 'RSS per idle joined client',
    ours: `${rss.toFixed(1)} KiB`,
    beside: `ws client ${(of('ws', 'rssBytes') / 1_024).toFixed(1)} KiB`,
    figure: rss,
    limit: 11,
    unit: ' KiB',
  },
]);
process.exitCode = missed > 0 ? 1 : 0;
