// A user runs the flagship, small and short, and looks at everything it leaves.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { HistogramLogReader } from 'hdr-histogram-js';
import { EXIT } from '../../harness/base/errors.ts';
import type { Summary } from '../../harness/record/run-record.ts';
import type { TimelineLine } from '../../harness/record/timeline-line.ts';
import { cleanUp, GUARD, newFolder, readSummary, readTimeline, run, type Ended } from './program.ts';

/** As the drill contract lists them. */
const FIELDS = [
  'schema',
  'firedrill',
  'scenario',
  'seed',
  'startedAt',
  'durationMs',
  'target',
  'clients',
  'metrics',
  'outcomes',
  'deliveries',
  'faults',
  'thresholds',
  'generator',
  'books',
  'verdict',
  'exitCode',
] as const;

const INNER: Readonly<Record<string, readonly string[]>> = {
  clients: ['planned', 'connected', 'joined', 'failed'],
  outcomes: ['ok', 'error', 'timeout', 'lost', 'dropped', 'inFlight'],
  deliveries: ['expected', 'received', 'missing', 'duplicate', 'reordered'],
  generator: ['sendLatenessP99Ms', 'loopLagP99Ms', 'cpu', 'saturated'],
  books: ['balanced', 'problems'],
  verdict: ['status', 'reasons'],
};

suite('the flagship with 300 clients', GUARD, () => {
  let ended: Ended;
  let folder: string;
  let summary: Summary;
  let timeline: TimelineLine[];

  before(async () => {
    folder = join(newFolder(), 'run');
    const flags = ['--clients', '300', '--duration', '12s', '--rate', '150', '--seed', '11'];
    ended = await run('run', 'scenarios/flagship.ts', ...flags, '--out', folder);
    summary = readSummary(folder);
    timeline = readTimeline(folder);
  });
  after(cleanUp);

  test('ends with the exit code of its verdict', () => {
    assert.equal(ended.signal, null);
    assert.equal(ended.code, summary.exitCode, ended.stderr);
    const { pass, thresholds: fail, inconclusive, deviated } = EXIT;
    const wanted = { pass, fail, inconclusive, deviated };
    assert.equal(summary.exitCode, wanted[summary.verdict.status]);
    assert.ok(summary.verdict.reasons.length > 0);
    assert.equal(summary.interrupted, false);
  });

  test('its summary holds all that the contract names', () => {
    const record = summary as unknown as Record<string, Record<string, unknown>>;
    for (const field of FIELDS) assert.ok(record[field] !== undefined, field);
    for (const [field, names] of Object.entries(INNER)) {
      for (const name of names) assert.ok(record[field]?.[name] !== undefined, `${field}.${name}`);
    }
    assert.match(summary.schema, /^firedrill\/summary\/\d+$/);
    assert.deepEqual([summary.scenario, summary.seed], ['flagship', 11]);
    assert.ok(summary.durationMs >= 12_000);
    for (const threshold of summary.thresholds) {
      for (const name of ['metric', 'expression', 'actual', 'status']) assert.ok(name in threshold, name);
    }
    assert.ok(summary.thresholds.length > 0);
  });

  test('all 300 clients connected and joined', () => {
    const { planned, connected, joined, failed } = summary.clients;
    assert.deepEqual([planned, connected, joined, failed], [300, 300, 300, 0]);
  });

  test('its books balance, and hold work', () => {
    assert.deepEqual(summary.books, { balanced: true, problems: [] });
    const { planned, sent, ok, error, timeout, lost, dropped, inFlight } = summary.operations.push;
    assert.equal(planned, sent + dropped);
    assert.equal(sent, ok + error + timeout + lost + inFlight);
    assert.ok(ok > 500);
    const { expected, received, missing } = summary.deliveries;
    assert.equal(expected, received + missing);
    assert.ok(received >= 300 * 5, `${received} deliveries`);
  });

  test('its four faults went on and off, each felt', () => {
    const kinds = summary.faults.map((fault) => fault.kind);
    assert.deepEqual(kinds, ['slow_join', 'blocking_handler', 'intercept', 'network_drop']);
    for (const fault of summary.faults) {
      assert.ok(fault.appliedAtMs !== null && fault.liftedAtMs !== null, fault.kind);
      assert.ok(fault.liftedAtMs > fault.appliedAtMs, fault.kind);
      assert.ok('recoveredAfterMs' in fault && fault.effects.length > 0, fault.kind);
    }
    assert.ok((summary.metrics['join_duration'] as { max: number }).max >= 400);
    assert.ok((summary.metrics['push_duration'] as { max: number }).max >= 150);
    assert.ok((summary.metrics['drops'] as { count: number }).count > 0);
    const on = timeline.filter((line) => line.type === 'mark' && line.mark === 'fault-on');
    const off = timeline.filter((line) => line.type === 'mark' && line.mark === 'fault-off');
    assert.deepEqual([on.length, off.length], [4, 4]);
  });

  test('its timeline has a line for every second, and they add up to the summary', () => {
    const windows = timeline.filter((line) => line.type === 'window');
    assert.deepEqual(
      windows.map((line) => line.atMs),
      windows.map((_, second) => second * 1_000),
    );
    assert.ok(windows.length >= 12);
    const sum = (pick: (line: (typeof windows)[number]) => number): number =>
      windows.reduce((total, line) => total + pick(line), 0);
    assert.equal(
      sum((line) => line.offered),
      summary.operations.push.planned,
    );
    assert.equal(
      sum((line) => line.sent),
      summary.operations.push.sent,
    );
    assert.equal(
      sum((line) => line.joins),
      summary.operations.join.ok,
    );
    assert.equal(
      sum((line) => line.deliveries),
      summary.deliveries.received,
    );
    assert.ok(
      windows.some((line) => line.mailbox && line.server),
      'the observer was heard',
    );
  });

  test('intervals.hlog opens in the reader of others, with the counts of the summary', () => {
    const reader = new HistogramLogReader(readFileSync(join(folder, 'intervals.hlog'), 'utf8'));
    const counts: Record<string, number> = {};
    for (let next = reader.nextIntervalHistogram(); next; next = reader.nextIntervalHistogram()) {
      counts[next.tag] = (counts[next.tag] ?? 0) + next.totalCount;
    }
    for (const name of ['connect_duration', 'join_duration', 'push_duration', 'broadcast_latency']) {
      assert.equal(counts[name], (summary.metrics[name] as { count: number }).count, name);
    }
  });

  test('report.html needs no network', () => {
    const html = readFileSync(join(folder, 'report.html'), 'utf8');
    assert.match(html, /^<!doctype html>/i);
    assert.ok(html.includes('flagship'));
    assert.doesNotMatch(html, /(?:src|href)\s*=\s*["']?(?:https?:)?\/\//i);
    assert.doesNotMatch(
      html,
      /url\(\s*["']?(?:https?:)?\/\/|@import|<link\b|\bfetch\(|XMLHttpRequest|import\(/i,
    );
  });

  test('stdout is key=value lines without a terminal, progress is on stderr', () => {
    const lines = ended.stdout.trimEnd().split('\n');
    for (const line of lines) assert.match(line, /^[A-Za-z0-9_]+=/);
    const values = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2) as [string, string]));
    assert.equal(values['verdict'], summary.verdict.status);
    assert.equal(values['clients_joined'], '300');
    assert.equal(values['report'], join(folder, 'report.html'));
    assert.match(ended.stderr, /clients 300 of 300/);
    assert.doesNotMatch(ended.stdout + ended.stderr, /\u001b/);
  });

  test('replay.json says how to repeat it', () => {
    const replay = JSON.parse(readFileSync(join(folder, 'replay.json'), 'utf8')) as Record<string, unknown>;
    assert.equal(replay['seed'], 11);
    assert.match(String(replay['scenarioSha256']), /^[0-9a-f]{64}$/);
    assert.match(String(replay['command']), /^firedrill run scenarios\/flagship\.ts --clients 300 /);
  });

  test('report renders it again, and replaces nothing but the page', async () => {
    const before = readFileSync(join(folder, 'summary.json'), 'utf8');
    const again = await run('report', folder);
    assert.deepEqual([again.code, again.stdout], [0, `report=${join(folder, 'report.html')}\n`]);
    assert.equal(readFileSync(join(folder, 'summary.json'), 'utf8'), before);
  });
});
