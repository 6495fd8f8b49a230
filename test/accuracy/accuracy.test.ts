// A server that knows its own latencies, beside what we recorded of it.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Summary } from '../../harness/record/run-record.ts';
import {
  cleanUp,
  descendantsOf,
  firedrill,
  newFolder,
  readSummary,
  readTimeline,
  scenarioFile,
  type Program,
} from '../e2e/program.ts';
import { startBystander } from './bystander-process.ts';
import type { BystanderReport } from './bystander.ts';
import { publishing, pushing, STAMP_MS, type Pushing } from './scenarios.ts';
import type { CopyRow, PushRow, TruthLog } from './truth-log.ts';
import { freeze, startTruthServer, type TruthServer } from './truth-process.ts';
import {
  compare,
  duesOf,
  isPossible,
  isTrue,
  quantileOf,
  sortedMs,
  spreadsOf,
  startOf,
  table,
  trendOf,
  truthOf,
  type Quantile,
  type Row,
} from './truth.ts';

const GUARD = { timeout: 240_000 };
const PRINTED = fileURLToPath(new URL('../../.cache/tests/accuracy.txt', import.meta.url));
/** Where any process of this machine reads its bytes within this, we have no excuse. */
const QUIET_MS = 0.5;

const printed: Row[] = [];
const notes: string[] = [];
let server: TruthServer;

type Measured = { folder: string; summary: Summary; log: TruthLog; bystander: BystanderReport };

async function measure(scenario: string, meanwhile?: (program: Program) => Promise<void>): Promise<Measured> {
  await server.takeLog();
  const folder = join(newFolder(), 'run');
  const flags = ['--workers', '1', '--out', folder, '-e', `WATCH=${server.watchPort}`];
  const bystander = startBystander(server.url);
  const program = firedrill('run', scenarioFile(scenario), '--target', server.url, ...flags);
  await meanwhile?.(program);
  const { stderr } = await program.ended;
  const report = await bystander.end();
  assert.doesNotMatch(stderr, /threw|lost/, stderr);
  return { folder, summary: readSummary(folder), log: await server.takeLog(), bystander: report };
}

type Dues = { startUs: number; dues: Map<PushRow, number> };

/** When every push was due, by the plan alone. */
function plannedDues(
  { log }: Measured,
  { clients, intervalMs }: Pick<Pushing, 'clients' | 'intervalMs'>,
): Dues {
  const startUs = startOf(log, STAMP_MS);
  const asked = log.pushes.filter((row) => row.client >= 0);
  const phaseMs = (client: number): number => client * (intervalMs / clients);
  const dues = duesOf(asked, { intervalMs, phaseMs }, startUs);
  // The beginning we were told is the real one: nothing is read before it was due, and the promptest soon after,
  // as soon as this machine gets round to it; a beginning that is off by less shows in what is judged by it.
  const promptest = Math.min(...asked.map((row) => row.readUs - (dues.get(row) ?? Number.NaN)));
  assert.ok(promptest > -100 && promptest < 5_000, `the promptest push was read ${promptest} µs after due`);
  for (const row of log.pushes) if (row.client < 0) dues.set(row, startUs + STAMP_MS * 1e3);
  return { startUs, dues };
}

function sameCounts({ folder, summary, log }: Measured): void {
  const { length } = log.pushes;
  assert.deepEqual(summary.books, { balanced: true, problems: [] });
  assert.equal(trendOf(summary.metrics['push_duration']).count, length);
  const outcomes = { ok: length, error: 0, timeout: 0, lost: 0, dropped: 0, inFlight: 0 };
  assert.deepEqual(summary.outcomes, outcomes);
  assert.equal(summary.operations.join.ok, log.joins);
  const seconds = readTimeline(folder).filter((line) => line.type === 'window');
  assert.equal(
    seconds.reduce((sum, line) => sum + (line.push?.count ?? 0), 0),
    length,
  );
}

/**
 * On any machine no figure is below the truth, nor above what the driver's process can have read. The claim
 * itself holds for the median and p99 wherever a bystander of this machine is prompt at them; the few samples
 * beyond tell of a process that was not on a core, and the table says how long their answers lay unread.
 */
function judge(rows: readonly Row[], { bystander, log }: Measured, isOurPause = false): void {
  printed.push(...rows);
  const lateMs = sortedMs(bystander.lateMs.map((ms) => ms * 1e3));
  const isStrict = (quantile: Quantile): boolean =>
    !isOurPause && (quantile === 'p50' || quantile === 'p99') && quantileOf(lateMs, quantile) < QUIET_MS;
  const wrong = rows.filter((row) => !isPossible(row) || (!isTrue(row) && isStrict(row.quantile)));
  const ours = quantileOf(sortedMs(log.pushes.map((row) => row.seenUs - row.writtenUs)), 'p99').toFixed(2);
  const theirs = quantileOf(lateMs, 'p99').toFixed(2);
  const machine = `at p99 a bystander read ${theirs} ms late, the driver's process at most ${ours} ms`;
  notes.push(`${rows[0]?.name}: ${machine}`);
  assert.equal(wrong.length, 0, `\n${table(rows)}\n${machine}`);
}

async function judgePushes(name: string, load: Pushing): Promise<Measured> {
  const measured = await measure(pushing(load));
  const { dues } = plannedDues(measured, load);
  sameCounts(measured);
  judge(compare(name, truthOf(dues), measured.summary.metrics['push_duration']), measured);
  return measured;
}

suite('the record is the truth', GUARD, () => {
  before(async () => {
    server = await startTruthServer();
  });
  after(() => {
    server.stop();
    cleanUp();
    mkdirSync(dirname(PRINTED), { recursive: true });
    writeFileSync(PRINTED, `${[table(printed), '', ...notes].join('\n')}\n`);
  });

  const thousand = { clients: 50, intervalMs: 50, seconds: 10 };

  test('answers after 5 ms', async () => {
    await judgePushes('constant 5 ms', { model: 'constant', ...thousand });
  });

  test('answers after 1 to 50 ms', async () => {
    await judgePushes('uniform 1–50 ms', { model: 'uniform', ...thousand });
  });

  test('one answer in twenty after 200 ms, the others after 2 ms', async () => {
    await judgePushes('2 ms, 5 % 200 ms', { model: 'bimodal', ...thousand });
  });

  test('a queue: one push in twenty takes 50 ms, and all others wait behind it', async () => {
    // 360 a second leave the server idle one tenth of its time.
    const load = { model: 'serial', clients: 36, intervalMs: 100, seconds: 14 };
    const { summary } = await judgePushes('queue, 1 in 20 is 50 ms', load);
    const { med } = trendOf(summary.metrics['push_duration']);
    assert.ok(med > 20, `no queue worth the name: a median of ${med} ms`);
  });

  test('a freeze of 1.4 s in 30 s, which a client that waits for answers never sees', async () => {
    const load = { model: 'prompt', ...thousand, seconds: 30 };
    const measured = await measure(pushing(load), async (program) => {
      await program.line(/^0:10 of /);
      await freeze(server.pid, 1_400);
    });
    sameCounts(measured);
    const { dues } = plannedDues(measured, load);
    const name = 'frozen 1.4 s in 30 s';
    const rows = compare(name, truthOf(dues), measured.summary.metrics['push_duration'], { p99: 0.05 });
    const frozenP99 = rows.find((row) => row.quantile === 'p99');
    assert.ok(frozenP99 && isTrue(frozenP99), table(rows));
    judge(rows, measured);
    const naive = quantileOf(sortedMs(measured.bystander.serviceMs.map((ms) => ms * 1e3)), 'p99');
    const told = `${frozenP99.recordedMs.toFixed(0)} ms recorded, ${frozenP99.truthMs.toFixed(0)} ms true`;
    const note = `${name}: p99 ${told}, ${naive.toFixed(2)} ms for a client that waits for each answer`;
    notes.push(note);
    assert.ok(naive < 100 && frozenP99.recordedMs > 800, note);
  });

  test('our own pause of 500 ms counts from the due time, shows as lateness and makes the run inconclusive', async () => {
    const load = { model: 'prompt', ...thousand };
    const measured = await measure(pushing(load), async (program) => {
      await program.line(/^0:06 of /);
      const worker = descendantsOf(program.pid).find(({ command }) => /worker-process/.test(command));
      assert.ok(worker);
      await freeze(worker.pid, 500);
    });
    sameCounts(measured);
    const { dues } = plannedDues(measured, load);
    const { metrics, verdict, generator } = measured.summary;
    // What it missed it sends before it reads again, so the first answers lie there for a moment.
    judge(compare('driver paused 0.5 s', truthOf(dues), metrics['push_duration']), measured, true);
    const [due, service, late] = ['push_duration', 'push_service_duration', 'send_lateness'].map((name) =>
      trendOf(metrics[name]),
    );
    assert.ok(due && service && late);
    notes.push(
      `driver paused 0.5 s: p99 ${due.p99} ms from due, ${service.p99} ms from sent; ${verdict.status}: ${verdict.reasons[0]}`,
    );
    assert.ok(due.p99 > 300 && late.max > 450, JSON.stringify({ due, late }));
    assert.ok(generator.lateSeconds >= 1, JSON.stringify(generator));
    assert.equal(verdict.status, 'inconclusive', verdict.reasons.join('; '));
  });

  test('a broadcast to 100, one every 0.5 ms: latency of every copy, spread of every broadcast', async () => {
    const load = { clients: 100, publishers: 10, intervalMs: 1_000, seconds: 11 };
    const measured = await measure(publishing(load));
    const { folder, summary, log } = measured;
    sameCounts(measured);
    const { startUs, dues } = plannedDues(measured, {
      clients: load.publishers,
      intervalMs: load.intervalMs,
    });
    const dueOf = new Map([...dues].map(([row, dueUs]) => [`${row.client} ${row.sequence}`, dueUs]));
    const copies = new Map<CopyRow, number>(
      log.copies.map((row) => [
        row,
        // The stamp is its publisher's first broadcast, and no count of the plan's.
        row.isStamp ? startUs + STAMP_MS * 1e3 : (dueOf.get(`${row.publisher} ${row.count}`) ?? Number.NaN),
      ]),
    );
    judge(compare('copies of a broadcast', truthOf(copies), summary.metrics['broadcast_latency']), measured);
    judge(compare('spread of a broadcast', spreadsOf(log), summary.metrics['broadcast_spread']), measured);
    const deliveries = {
      expected: copies.size,
      received: copies.size,
      missing: 0,
      duplicate: 0,
      reordered: 0,
    };
    assert.deepEqual(summary.deliveries, deliveries);
    const lines = readTimeline(folder).filter((line) => line.type === 'broadcast');
    assert.equal(lines.length, log.pushes.length);
    assert.ok(lines.every((line) => line.expected === load.clients && line.received === load.clients));
  });
});
