import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrillLook, DrillSummary } from '../../harness/record/drill-record.ts';
import { linearScale } from './html/chart/scale.ts';
import { steadyStateSection } from './html/sections/steady-state.ts';
import { momentLines } from './html/timeline/moments.ts';
import { renderKeyValues } from './key-values.ts';
import { renderReport } from './report.ts';
import { checkText, duringText, lookName, steadyPhrase } from './steady-state.ts';
import { renderSummary } from './summary-text.ts';
import { plainFault, plainRecord, plainThreshold } from './testing/plain-record.ts';
import { sentenceText, verdictSentence } from './verdict-words.ts';

function look(when: DrillLook['when'], status: DrillLook['status'], untilMs: number): DrillLook {
  const actual = { held: 40, deviated: 812, 'cannot tell': null }[status];
  const probe = {
    metric: 'push_duration',
    expression: 'p(95)<250',
    actual,
    limit: 250,
    unit: 'ms',
    status,
  } as const;
  const rate = { metric: 'push_timeouts', expression: 'rate<0.01', actual: 0, limit: 0.01 } as const;
  return {
    when,
    fromMs: untilMs - 10_000,
    untilMs,
    status,
    probes: [
      status === 'cannot tell' ? { ...probe, reason: 'p(95) had <b>3</b> samples' } : probe,
      { ...rate, unit: 'share', status: 'held' },
    ],
  };
}

const drill: DrillSummary = {
  check: 'continuously',
  windowMs: 10_000,
  rollback: 'deviated',
  hypothesis: [
    { metric: 'push_duration', expression: 'p(95)<250' },
    { metric: 'push_timeouts', expression: 'rate<0.01' },
  ],
  status: 'deviated',
  deviatedAtMs: 31_000,
  stoppedBefore: false,
  looks: [look('before', 'held', 15_000), look('during', 'deviated', 31_000), look('after', 'held', 60_000)],
  during: { looks: 30, held: 26, deviated: 4, cannotTell: 0 },
  left: [],
};

const REASON =
  'the steady state deviated at 0:31, 4 s after blocking handlers went on: push_duration p(95) was 812 ms, limit 250 ms';

const record = plainRecord(
  {
    durationMs: 60_000,
    drill,
    verdict: { status: 'deviated', reasons: [REASON] },
    exitCode: 112,
    faults: [plainFault('blocking-handler-1', 'blocking handlers', 27_000, 31_100)],
    thresholds: [plainThreshold()],
  },
  { marks: [{ type: 'mark', atMs: 31_000, mark: 'deviated', name: REASON }] },
);

/** The text of a piece of the page. */
function textOf(markup: string): string {
  return markup.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
}

test('the verdict says deviated before it says which threshold failed', () => {
  assert.equal(sentenceText(verdictSentence(record.summary)), `${REASON}.`);
  const page = renderReport(record);
  assert.match(page, /<title>✕ DEVIATED/);
  assert.match(page, /class="verdict deviated"/);
});

test('the section has a row for each look and expression', () => {
  const text = textOf(steadyStateSection(drill)?.markup ?? '');
  assert.match(
    text,
    /Steady state looked at before the faults, each second from then on, and after, over up to 10 s/,
  );
  assert.match(text, /before the faults 0:05–0:15 ✓ held: push_duration p\(95\) &lt; 250 ms 40 ms/);
  assert.match(
    text,
    /during, the first that deviated 0:21–0:31 ✕ deviated: push_duration p\(95\) &lt; 250 ms 812 ms/,
  );
  assert.match(text, /after the faults 0:50–1:00 ✓ held/);
  assert.match(text, /30 looks while it went on: 26 held, 4 deviated\./);
});

test('what could not be told says why, in text that cannot be markup', () => {
  const untold = { ...drill, looks: [look('before', 'cannot tell', 15_000)], during: null };
  const { markup } = steadyStateSection(untold) ?? { markup: '' };
  assert.match(markup, /p\(95\) had &lt;b&gt;3&lt;\/b&gt; samples/);
  assert.match(textOf(markup), /\? cannot tell: /);
});

test('what was left on is told with what ends it', () => {
  const left = [
    {
      fault: 'slow-join-1',
      name: 'slow joins',
      untilMs: 90_000,
      endsBy: 'the server lets go of it in 30 s',
      byHand: 'curl -X DELETE <x>',
    },
  ];
  const text = textOf(steadyStateSection({ ...drill, left })?.markup ?? '');
  assert.match(
    text,
    /Left on: slow joins; the server lets go of it in 30 s\. To end it now: curl -X DELETE &lt;x&gt;/,
  );
});

test('a run that is no drill has no such section, and a drill that saw nothing says so', () => {
  assert.equal(steadyStateSection(undefined), null);
  const { markup } = steadyStateSection({ ...drill, looks: [], during: null }) ?? { markup: '' };
  assert.match(markup, /ended before the steady state was looked at/);
  assert.equal(steadyPhrase({ ...drill, looks: [] }), 'the steady state was not looked at');
});

test('in a phrase, and in a few words', () => {
  assert.equal(steadyPhrase(drill), 'steady state before held, during deviated at 0:31, after held');
  assert.equal(duringText({ ...drill, during: null }), '');
  assert.equal(
    checkText({ ...drill, check: 'before and after' }),
    'looked at before and after the faults, over up to 10 s',
  );
  const tight = look('during', 'held', 20_000);
  assert.equal(lookName(tight, drill), 'during, the tightest');
  const one = { ...drill, during: { looks: 1, held: 1, deviated: 0, cannotTell: 0 } };
  assert.equal(lookName(tight, one), 'during the faults');
});

test('the moment is a line through all lanes, its word on the side where there is room', () => {
  const x = linearScale(0, 60_000, 0, 1_000);
  const marks = (atMs: number) => [{ type: 'mark', atMs, mark: 'deviated', name: 'x' }] as const;
  assert.match(
    momentLines(marks(31_000), x)
      .map(({ markup }) => markup)
      .join(''),
    /text-anchor="start">deviated</,
  );
  assert.match(
    momentLines(marks(59_000), x)
      .map(({ markup }) => markup)
      .join(''),
    /text-anchor="end">deviated</,
  );
  assert.deepEqual(momentLines([{ type: 'mark', atMs: 1, mark: 'incident', name: 'x' }], x), []);
});

test('lines for a pipe: deviated or not, and when', () => {
  const lines = renderKeyValues(record).split('\n');
  const wanted = [
    'verdict=deviated',
    'deviated=true',
    'deviated_at_ms=31000',
    'steady_state_during=deviated',
  ];
  for (const line of wanted) assert.ok(lines.includes(line), line);
  const held = { ...drill, status: 'held', deviatedAtMs: null } as const;
  const calm = renderKeyValues(plainRecord({ drill: held })).split('\n');
  assert.ok(calm.includes('deviated=false'));
  assert.equal(
    calm.some((line) => line.startsWith('deviated_at_ms')),
    false,
  );
  assert.doesNotMatch(renderKeyValues(plainRecord()), /deviated|steady_state/);
});

test('the summary for a terminal says it too', () => {
  const text = renderSummary(record, { colour: false, reportPath: 'report.html' });
  assert.match(text, /✕ DEVIATED {2}the steady state deviated at 0:31/);
  assert.match(text, /steady state before held, during deviated at 0:31, after held/);
});

test('a drill that held says so in its sentence', () => {
  const held = { ...drill, status: 'held', deviatedAtMs: null } as const;
  const pass = { verdict: { status: 'pass', reasons: [] }, drill: held } as const;
  const say = (changes: object): string =>
    sentenceText(
      verdictSentence(
        plainRecord({ ...pass, verdict: { ...pass.verdict, reasons: [] }, ...changes }).summary,
      ),
    );
  assert.equal(say({}), 'The steady state held; no threshold was set beside it.');
  assert.match(
    say({ thresholds: [plainThreshold({ status: 'pass', actual: 200 })] }),
    /^The steady state held\. The one threshold holds; /,
  );
});
