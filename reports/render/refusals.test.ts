import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Refusal } from '../../harness/base/refusal.ts';
import { renderReport } from './report.ts';
import { renderKeyValues, renderSummary } from './summary-text.ts';
import { plainMetric, plainRecord, plainThreshold } from './testing/plain-record.ts';
import { vastRecord } from './testing/vast-record.ts';

const OPTIONS = { colour: false, reportPath: 'reports/runs/x/report.html' };

function joinRefused(count: number, topic = 'room:#'): Refusal {
  const cause = '{"reason":"unmatched topic"}';
  return { operation: 'join', topic, event: null, how: 'error', cause, count };
}

const NOBODY_JOINED = {
  clients: { planned: 50, connected: 50, joined: 0, failed: 0, joinedAfterMs: null },
  refusals: [joinRefused(50)],
};

test('the terminal tells the words right below the verdict, with the cause and what to try', () => {
  const lines = renderSummary(plainRecord(NOBODY_JOINED), OPTIONS).split('\n');
  const at = lines.findIndex((line) => line.startsWith(' ✕ 50 joins of room:# were refused'));
  assert.match(lines[at] ?? '', /unmatched topic/);
  assert.match(lines[at + 1] ?? '', /^ {3}why {2}the user socket has no channel route/);
  assert.match(lines[at + 2] ?? '', /^ {3}try {2}channel "room:\*"/);
  assert.ok(at <= 4 && at < lines.findIndex((line) => line.includes('no latency')), lines.join('\n'));
});

test('three are told and the rest are counted', () => {
  const refusals = Array.from({ length: 9 }, (_, index) => joinRefused(90 - index, `t${index}`));
  const text = renderSummary(plainRecord({ refusals }), OPTIONS);
  assert.equal(text.match(/^ ✕ /gm)?.length, 3);
  assert.match(text, /and 6 more kinds in the report/);
});

test('stays within 25 lines of 110 columns, and without faults one is told even in a run full of failures', () => {
  const long = joinRefused(5, `room:${'x'.repeat(500)}`);
  const refusals = Array.from({ length: 40 }, () => long);
  const vast = vastRecord();
  const records = [
    plainRecord({ refusals, thresholds: Array.from({ length: 30 }, () => plainThreshold()) }),
    { ...vast, summary: { ...vast.summary, refusals } },
    plainRecord({
      refusals,
      metrics: Object.fromEntries(
        ['connect', 'join', 'push', 'reconnect'].map((name) => [`${name}_duration`, plainMetric(1)]),
      ),
    }),
  ];
  for (const record of records) {
    const lines = renderSummary(record, OPTIONS).split('\n');
    assert.ok(lines.length <= 25, `${lines.length} lines`);
    for (const line of lines) assert.ok([...line].length <= 110, line);
    if (record.summary.faults.length > 0) continue;
    assert.ok(
      lines.some((line) => line.startsWith(' ✕ 5 joins of room:xxx')),
      lines.join('\n'),
    );
  }
});

test('the page has a section of its own, first of all where nobody came in', () => {
  const refused = renderReport(plainRecord(NOBODY_JOINED));
  assert.ok(refused.indexOf('id="refusals"') < refused.indexOf('id="timeline"'));
  assert.match(refused, /channel &quot;room:\*&quot;, MyAppWeb\.RoomChannel/);
  const some = renderReport(
    plainRecord({ ...NOBODY_JOINED, clients: { ...NOBODY_JOINED.clients, joined: 49 } }),
  );
  assert.ok(some.indexOf('id="refusals"') > some.indexOf('id="timeline"'));
  for (const refusals of [undefined, []]) {
    const changes = refusals === undefined ? {} : { refusals };
    assert.doesNotMatch(renderReport(plainRecord(changes)), /id="refusals"/);
  }
});

test('the key=value lines carry count, cause and what to try', () => {
  const text = renderKeyValues(plainRecord(NOBODY_JOINED));
  assert.match(text, /^refusals=1$/m);
  assert.match(text, /^refusal_1=50 joins of room:# were refused: \{"reason":"unmatched topic"\}$/m);
  assert.match(text, /^refusal_1_count=50$/m);
  assert.match(text, /^refusal_1_try=channel "room:\*"/m);
});

test('topics, events and reasons from outside can neither draw nor write markup', () => {
  const hostile = '\u001b[2J<script>alert(1)</script>\n\u202eroom\ud800';
  const refusals: Refusal[] = (['connect', 'join', 'push', 'heartbeat', 'channel'] as const).flatMap(
    (operation) =>
      ['error', 'timeout', 'lost', 'closed', 'crash', hostile].map((how) => ({
        operation,
        topic: hostile,
        event: hostile,
        how,
        cause: hostile,
        count: 1,
      })),
  );
  const record = plainRecord({ refusals });
  for (const text of [renderSummary(record, OPTIONS), renderKeyValues(record)]) {
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    assert.ok(text.isWellFormed());
  }
  const page = renderReport(record);
  assert.doesNotMatch(page, /<script>alert/);
  assert.match(page, /&lt;script&gt;alert/);
  assert.doesNotMatch(page, /[\u001b\u202e]/);
});
