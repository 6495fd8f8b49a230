import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timelineOf } from './html/timeline/columns.ts';
import { renderKeyValues } from './key-values.ts';
import { renderReport } from './report.ts';
import { renderSummary } from './summary-text.ts';
import { plainRecord, plainWindow } from './testing/plain-record.ts';
import { causeLines, causesOf } from './timeout-causes.ts';

const CAUSES = { push: { unknown: 3, blocked_handler: 1_200 }, heartbeat: { half_open: 2 } };

const record = plainRecord(
  { durationMs: 2_000, timeoutCauses: CAUSES },
  {
    windows: [
      plainWindow(0, { timeouts: { push: 1_203 } }),
      plainWindow(1_000, { timeouts: { heartbeat: 2 } }),
    ],
    causes: [
      { type: 'causes', atMs: 0, kind: 'push', cause: 'blocked_handler', count: 1_000 },
      { type: 'causes', atMs: 0, kind: 'push', cause: 'unknown', count: 3 },
      { type: 'causes', atMs: 0, kind: 'push', cause: 'blocked_handler', count: 200 },
      { type: 'causes', atMs: 1_000, kind: 'heartbeat', cause: 'half_open', count: 2 },
    ],
  },
);

test('causes stand most first, and a kind that nothing is known of has none', () => {
  assert.deepEqual(causesOf(record.summary, 'push'), [
    ['blocked_handler', 1_200],
    ['unknown', 3],
  ]);
  for (const kind of ['join', '__proto__', 'constructor'])
    assert.deepEqual(causesOf(record.summary, kind), []);
  assert.deepEqual(causeLines(plainRecord().summary), []);
});

test('the timeline stacks timeouts by cause, each in its second', () => {
  const { columns } = timelineOf(record);
  assert.deepEqual(
    columns.map((column) => column?.timeouts),
    [{ 'blocked handler': 1_200, unknown: 3 }, { 'half-open': 2 }],
  );
  const [merged] = timelineOf(record, 1).columns;
  assert.deepEqual(merged?.timeouts, { 'blocked handler': 600, unknown: 1.5, 'half-open': 1 });
});

test('a run of an earlier version shows by what timed out', () => {
  const { causes: _causes, ...earlier } = record;
  assert.deepEqual(timelineOf(earlier).columns[0]?.timeouts, { push: 1_203 });
});

test('report, terminal and lines for a pipe all tell the causes', () => {
  const page = renderReport(record);
  for (const text of ['blocked handler', 'what to try', 'the channel was still busy']) {
    assert.ok(page.includes(text), text);
  }
  assert.doesNotMatch(renderReport(plainRecord()), /Timeouts by cause/);
  const lines = renderKeyValues(record).split('\n');
  assert.ok(lines.includes('push_timeout_blocked_handler=1200'));
  assert.ok(lines.includes('heartbeat_timeout_half_open=2'));
  const text = renderSummary(record, { colour: false, reportPath: 'report.html' });
  assert.match(text, /timeouts {2}push: 1.200 blocked handler, 3 unknown · heartbeat: 2 half-open/);
});
