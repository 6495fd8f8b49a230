import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainFault, plainRecord, plainSummary, plainThreshold } from './testing/plain-record.ts';
import { sentenceText, trustPhrases, verdictNotes, verdictSentence } from './verdict-words.ts';

const fault = plainFault('blocking-handler-1', 'blocking handlers', 75_000, 95_000);

test('says metric, value, limit, moment and the fault that was on', () => {
  const summary = plainSummary({
    verdict: { status: 'fail', reasons: ['push_duration'] },
    thresholds: [plainThreshold({ worstDuring: 'blocking-handler-1' })],
    faults: [fault],
  });
  assert.equal(
    sentenceText(verdictSentence(summary)),
    'push_duration p(99) was 812 ms, limit 250 ms. Worst at 1:21, while blocking handlers was on (10 % of rooms: handle_in takes 150 ms).',
  );
});

test('says so when no fault was on at the worst moment', () => {
  const summary = plainSummary({ verdict: { status: 'fail', reasons: [] }, thresholds: [plainThreshold()] });
  assert.match(sentenceText(verdictSentence(summary)), /Worst at 1:21, with no fault on\.$/);
});

test('gives the first reason of a run that cannot tell, and the others as notes', () => {
  const record = plainRecord({
    verdict: { status: 'inconclusive', reasons: ['a worker was lost', 'too few samples'] },
  });
  assert.equal(sentenceText(verdictSentence(record.summary)), 'a worker was lost.');
  assert.deepEqual(
    verdictNotes(record).map((note) => note.text),
    ['too few samples.'],
  );
});

test('names the threshold nearest to its limit when all hold, and says when there was none', () => {
  const held = plainThreshold({ status: 'pass', actual: 200 });
  assert.equal(
    sentenceText(verdictSentence(plainSummary({ thresholds: [held, { ...held, actual: 10 }] }))),
    'All 2 thresholds hold; nearest its limit is push_duration p(99) at 200 ms, limit 250 ms.',
  );
  assert.match(sentenceText(verdictSentence(plainSummary())), /^No threshold was set/);
});

test('says when the nearest threshold looked at the steady part only', () => {
  const held = plainThreshold({ status: 'pass', actual: 200, during: 'steady' });
  assert.equal(
    sentenceText(verdictSentence(plainSummary({ thresholds: [held] }))),
    'The one threshold holds; nearest its limit is push_duration p(99) when steady at 200 ms, limit 250 ms.',
  );
});

test('does not repeat on a pass that all thresholds held, but gives its warnings', () => {
  const held = plainThreshold({ status: 'pass', actual: 200 });
  const warned = plainThreshold({ level: 'warn' });
  const warning = 'warning: push_duration p(99) was 812 ms, limit 250 ms';
  const pass = (reasons: string[], thresholds = [held, held]) =>
    plainRecord({ verdict: { status: 'pass', reasons }, thresholds });
  assert.deepEqual(verdictNotes(pass(['all 2 thresholds held'])), []);
  assert.deepEqual(
    verdictNotes(pass(['all 2 thresholds held', warning], [held, held, warned])).map((note) => note.text),
    [`${warning}.`],
  );
  assert.doesNotMatch(trustPhrases(pass([]).summary).join(' '), /thresholds/);
  assert.equal(trustPhrases(pass([], [held, warned]).summary)[0], '1 of 2 thresholds hold');
});

test('tells interruption, books, limits and incidents, in that order', () => {
  const record = plainRecord(
    {
      durationMs: 72_000,
      interrupted: true,
      books: { balanced: false, problems: ['sent is 5, outcomes add up to 4'] },
      limits: [{ limit: 'open files', asked: 100_000, fits: 19_000, hint: 'ulimit -n 110000' }],
      incidents: [{ atMs: 61_000, what: 'worker 2 was lost' }],
    },
    { marks: [{ type: 'mark', atMs: 71_000, mark: 'interrupted', name: 'SIGINT' }] },
  );
  assert.deepEqual(
    verdictNotes(record).map((note) => note.text),
    [
      'Interrupted at 1:11 (SIGINT): the figures are of the part that ran.',
      'Books: sent is 5, outcomes add up to 4.',
      'This machine limited the run by open files: asked 100,000, fits 19,000.',
      'At 1:01: worker 2 was lost.',
    ],
  );
});

test('says how far to trust it', () => {
  const summary = plainSummary({ thresholds: [plainThreshold(), plainThreshold({ status: 'pass' })] });
  assert.deepEqual(trustPhrases(summary), [
    '1 of 2 thresholds hold',
    'the books balance',
    'the driver was at ease (lateness p99 0.4 ms, limit 10 ms)',
  ]);
  const late = plainSummary({
    generator: { ...summary.generator, saturated: true, lateSeconds: 1 },
    books: { balanced: false, problems: [] },
  });
  assert.deepEqual(trustPhrases(late).slice(1), [
    'the books do not balance',
    'the driver was the bottleneck (lateness p99 0.4 ms, limit 10 ms, late in 1 second)',
  ]);
});

test('what only explains is a note, and a run near its ceiling says so', () => {
  const { generator } = plainSummary();
  const explained = plainRecord({
    generator: {
      ...generator,
      signs: [
        {
          name: 'worker_cpu',
          value: 0.98,
          limit: 0.95,
          unit: 'cores',
          isOver: true,
          decides: false,
          words: 'the busiest load worker used 0.98 of the one core it can use',
        },
      ],
      ceiling: {
        what: 'pushes',
        reached: 18_000,
        ceiling: 20_000,
        share: 0.9,
        scope: 'worker',
        atMs: 61_000,
      },
    },
  });
  assert.deepEqual(
    verdictNotes(explained).map((note) => note.text),
    [
      'The busiest load worker used 0.98 of the one core it can use.',
      'At 1:01 the run took 90 % of what the driver can do here: 18,000 pushes a second, where calibration found 20,000.',
    ],
  );
  assert.match(trustPhrases(explained.summary).at(-1) ?? '', /^the driver came near its ceiling \(/);
});
