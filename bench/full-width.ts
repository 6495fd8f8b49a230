/**
 * The whole width: 100,000 clients against the bundled server on this machine,
 * as fast as they get in, then broadcasts to all of them while nothing else runs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readVersion } from '../harness/cli/version.ts';
import { runScenario } from '../harness/run/run.ts';
import { median, printRows } from './table.ts';

const CLIENTS = Number(process.env['BENCH_CLIENTS'] ?? 100_000);
const out = mkdtempSync(join(tmpdir(), 'firedrill-bench-'));
const { record } = await runScenario(
  {
    scenarioFile: fileURLToPath(new URL('./wide.scenario.ts', import.meta.url)),
    overrides: { seed: 7, clients: CLIENTS },
    target: { kind: 'bundled' },
    thresholds: {},
    env: {},
    command: 'make bench',
    version: readVersion(),
    out: join(out, 'run'),
  },
  { onNote: (text) => process.stderr.write(`${text}\n`) },
);
rmSync(out, { recursive: true, force: true });

const { summary, windows, broadcasts } = record;
const joinedAtS = (summary.clients.joinedAfterMs ?? Infinity) / 1e3;
const quiet = broadcasts.filter(
  (line) => line.expected === CLIENTS && line.missing === 0 && line.lastMs !== null,
);
const lastS = median(quiet.map((line) => line.lastMs ?? 0)) / 1e3;
const first = windows[0];
const settled = windows.findLast((line) => line.server);
const perClient = (bytes: number): number => bytes / CLIENTS / 1_024;
process.stdout.write(
  `\n${summary.clients.joined} of ${CLIENTS} joined, ${summary.clients.failed} failed; SYNs sent again ` +
    `${summary.environment.tcpSynRetrans}; books ${summary.books.balanced ? 'balance' : summary.books.problems.join('; ')}\n`,
);
const missed = printRows('the whole width, both ends on this machine', [
  {
    what: `all ${CLIENTS} joined`,
    ours: `${joinedAtS.toFixed(1)} s`,
    beside: 'from the first arrival',
    figure: joinedAtS,
    limit: 25,
    unit: ' s',
  },
  {
    what: 'a broadcast to all, last receiver',
    ours: `${lastS.toFixed(2)} s`,
    beside: `median of ${quiet.length}, each delivered to all`,
    figure: quiet.length === 0 ? Infinity : lastS,
    limit: 1.5,
    unit: ' s',
  },
  {
    what: 'driver RSS per joined client',
    ours: `${(summary.generator.rssBytes / 2 ** 20).toFixed(0)} MiB in all`,
    beside: 'processes included',
    figure: perClient(summary.generator.rssBytes),
    limit: 11,
    unit: ' KiB',
  },
  {
    what: 'server RSS per joined connection',
    ours: `${((settled?.server?.rssBytes ?? 0) / 2 ** 20).toFixed(0)} MiB in all`,
    beside: `processes included; ${((first?.server?.rssBytes ?? 0) / 2 ** 20).toFixed(0)} MiB at the start`,
    figure: perClient(settled?.server?.rssBytes ?? Infinity),
    limit: 16,
    unit: ' KiB',
  },
]);
const complete =
  summary.clients.failed === 0 && summary.environment.tcpSynRetrans === 0 && summary.books.balanced;
process.exitCode = missed > 0 || !complete ? 1 : 0;
