import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { RunRecord } from '../../harness/record/run-record.ts';
import { CURSOR_SCRIPT } from './html/cursor-script.ts';
import { renderReport } from './report.ts';
import { bareRecords, hostileRecord, longRecord } from './testing/odd-records.ts';
import { plainFault, plainMetric, plainRecord, plainThreshold, plainWindow } from './testing/plain-record.ts';
import { readSample, SAMPLES, summaryFile, timelineFile } from './testing/sample-files.ts';
import { sampleRecord } from './testing/sample-record.ts';

/** The page without its style and script, where their own words would be found. */
function visible(page: string): string {
  return page.replace(/<style>.*?<\/style>/s, '').replaceAll(CURSOR_SCRIPT, '');
}

/** What a section says, without its tags. */
function textOf(page: string, id: string): string {
  const section = new RegExp(`<(section|details)[^>]* id="${id}".*?</\\1>`, 's').exec(page)?.[0] ?? '';
  return section
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function page(changes: Partial<RunRecord['summary']>): string {
  return renderReport(plainRecord(changes));
}

test('renders the sample kept in git, byte for byte', () => {
  assert.equal(renderReport(readSample()), readFileSync(new URL('sample.html', SAMPLES), 'utf8'));
});

test('generates the record of the sample kept in git', () => {
  assert.equal(summaryFile(sampleRecord()), readFileSync(new URL('summary.json', SAMPLES), 'utf8'));
  assert.equal(timelineFile(sampleRecord()), readFileSync(new URL('timeline.ndjson', SAMPLES), 'utf8'));
});

test('answers in the order a reader asks', () => {
  const order = [
    'verdict',
    'figures',
    'timeline',
    'percentiles',
    'thresholds',
    'histograms',
    'faults',
    'timeouts',
    'deliveries',
    'operations',
    'mailboxes',
    'environment',
    'metrics',
  ];
  const html = renderReport(sampleRecord());
  const places = order.map((id) => html.indexOf(` id="${id}"`));
  assert.ok(
    places.every((place) => place > 0),
    places.join(' '),
  );
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
});

test('gives every chart a table twin', () => {
  const html = renderReport(sampleRecord());
  for (const twin of ['The timeline as a table', 'The percentiles as a table', 'The histograms as a table']) {
    assert.ok(html.includes(`<summary>${twin}</summary>`), twin);
  }
});

for (const [name, record] of Object.entries(bareRecords())) {
  test(`renders a run with ${name}, and writes no value that is none`, () => {
    const html = visible(renderReport(record));
    assert.doesNotMatch(html, /\b(NaN|undefined|null|Infinity)\b|∞|\[object/);
    assert.match(html, /<\/html>\n$/);
  });
}

test('writes hostile text as text: no element, attribute or script of its own', () => {
  const html = renderReport(hostileRecord());
  assert.equal(html.match(/<script/g)?.length, 2);
  assert.equal(html.match(/<\/script>/g)?.length, 2);
  // What is left when every well-formed tag is taken out must hold no sign of another.
  const markup = visible(html)
    .replace(/^<!doctype html>/, '')
    .replace(/>\{.*?<\/script>/s, '></script>');
  const attributes: string[] = [];
  const rest = markup.replace(
    /<\/?[a-z][a-zA-Z0-9]*((?:\s+[-a-zA-Z0-9]+(?:="[^"<]*")?)*)>/g,
    (_, inside: string) => {
      attributes.push(
        ...[...inside.matchAll(/\s([-a-zA-Z0-9]+)(?:="[^"]*")?/g)].map((match) => match[1] ?? ''),
      );
      return '';
    },
  );
  assert.doesNotMatch(rest, /[<>]/);
  assert.deepEqual(
    attributes.filter((name) => /^(on|src|srcdoc|formaction|style)/.test(name)),
    [],
  );
  assert.doesNotMatch(html, /[^\P{C}\n\u{fffd}]/u);
  const data = /<script type="application\/json" id="cursor-data">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  assert.ok(Array.isArray((JSON.parse(data) as { names: unknown }).names));
});

test('keeps a run of ten minutes under two megabytes', () => {
  const { length } = renderReport(longRecord());
  assert.ok(length < 2_000_000, `${length} characters`);
});

test('allows one script, by its hash, and nothing from anywhere', () => {
  const html = renderReport(plainRecord());
  assert.match(
    html,
    /content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; script-src &#39;sha256-[A-Za-z0-9+/=]+&#39;; base-uri/,
  );
  assert.doesNotMatch(html, /\b(src|href)="(?!#)/);
  assert.doesNotMatch(html, /url\((?!#)|@import/);
});

test('says in the verdict band what makes the figures doubtful', () => {
  const text = textOf(
    page({
      interrupted: true,
      durationMs: 72_000,
      limits: [{ limit: 'open files', asked: 100_000, fits: 19_000, hint: 'ulimit -n 110000' }],
      incidents: [{ atMs: 61_000, what: 'worker 2 was lost' }],
    }),
    'verdict',
  );
  assert.match(text, /Interrupted at 1:12: the figures are of the part that ran\./);
  assert.match(text, /open files: asked 100,000, fits 19,000\. Lift it: ulimit -n 110000/);
  assert.match(text, /At 1:01: worker 2 was lost\./);
});

test('folds notes beyond four, and counts them', () => {
  const incidents = Array.from({ length: 7 }, (_, index) => ({
    atMs: index * 1_000,
    what: `incident ${index}`,
  }));
  assert.match(page({ incidents }), /<summary>3 more notes<\/summary>/);
});

test('marks the failed threshold on its curve', () => {
  const distribution = {
    percentiles: [
      [0.5, 2],
      [0.9, 5],
      [0.99, 812],
      [0.999, 900],
    ] as [number, number][],
    buckets: [],
  };
  const failed = page({ thresholds: [plainThreshold()], distributions: { push_duration: distribution } });
  const held = page({
    thresholds: [plainThreshold({ status: 'pass' })],
    distributions: { push_duration: distribution },
  });
  assert.match(failed, /class="dot"/);
  assert.match(failed, /✕ p99 812 ms/);
  assert.doesNotMatch(held, /class="dot"/);
});

test('has a row for each effect of a fault', () => {
  const effects = [
    { metric: 'push_duration p99', unit: 'ms' as const, before: 3.1, during: 3_912, after: 3 },
    { metric: 'push_timeouts', unit: 'share' as const, before: 0, during: 0.02, after: null },
  ];
  const fault = {
    ...plainFault('a-1', 'blocking handlers', 75_000, 95_000),
    recoveredAfterMs: 4_600,
    effects,
  };
  const text = textOf(page({ faults: [fault] }), 'faults');
  assert.match(
    text,
    /1:15–1:35 10 % of rooms push_duration p99 3\.1 ms 3\.91 s 3 ms 4\.6 s push_timeouts 0 % 2 % not measured$/,
  );
});

test('says how many a fault hit, and which were left out and why, where no fault was injected too', () => {
  const hit = { count: 20_000, of: 100_000, what: 'clients' } as const;
  const counted = { ...plainFault('stall-1', 'stalled readers', 1_000, 2_000), hit };
  const faultsLeftOut = [
    { id: 'netsplit-1', kind: 'netsplit', name: 'netsplits', why: 'a server of 1 node, where it needs 2' },
  ];
  const told = /Left out: netsplits \(a server of 1 node, where it needs 2\)\.$/;
  const text = textOf(page({ faults: [counted], faultsLeftOut }), 'faults');
  assert.match(text, /10 % of rooms hit 20,000 of 100,000 clients/);
  assert.match(text, told);
  assert.match(textOf(page({ faultsLeftOut }), 'faults'), told);
  assert.match(
    textOf(page({ faultsLeftOut }), 'verdict'),
    /Optional Netsplits were left out: a server of 1 node, where it needs 2\./,
  );
  assert.doesNotMatch(textOf(page({ faults: [counted], faultsLeftOut: [] }), 'faults'), /Left out/);
});

test('draws the steps of a fault that rose, and the cursor reads each', () => {
  const steps = [10, 16, 22].map((second, nth) => ({
    atMs: second * 1_000,
    value: (nth + 1) / 10,
    text: `${nth + 1}0 %`,
  }));
  const plain = plainFault('slow-join-1', 'slow joins', 10_020, 40_000);
  const rose = { ...plain, ramp: { param: 'share', overMs: 18_000, steps } };
  const windows = Array.from({ length: 50 }, (_, second) => plainWindow(second * 1_000));
  const html = (fault: typeof plain): string =>
    renderReport(plainRecord({ durationMs: 50_000, faults: [fault] }, { windows }));
  assert.equal(html(rose).match(/class="fault-step fault-0"/g)?.length, 2);
  assert.equal(html(plain).match(/class="fault-step/g), null);
  const named = /"faults":(\[.*?\])/.exec(html(rose))?.[1] ?? '';
  assert.deepEqual(
    (JSON.parse(named) as { name: string; fromMs: number; toMs: number }[]).map((one) => [
      one.name,
      one.fromMs,
      one.toMs,
    ]),
    [
      ['slow joins: 10 %', 10_020, 16_000],
      ['slow joins: 20 %', 16_000, 22_000],
      ['slow joins: 30 %', 22_000, 40_000],
    ],
  );
});

test('shows timeout rates by kind with their causes', () => {
  const summary = plainRecord().summary;
  const operations = {
    ...summary.operations,
    push: { ...summary.operations.push, planned: 200, sent: 200, ok: 196, timeout: 4 },
  };
  const metrics = {
    push_timeouts: { count: 4, rate: 0.02 },
    'push_timeouts{cause:half-open}': { count: 4, rate: 0.02 },
  };
  const text = textOf(page({ operations, metrics }), 'timeouts');
  assert.match(
    text,
    /pushes timed out 4 200 2 % ↳ cause:half-open 4 2 % heartbeats timed out not measured 0 not measured/,
  );
});

test('marks a row of the books that does not add up', () => {
  const summary = plainRecord().summary;
  const operations = {
    ...summary.operations,
    join: { ...summary.operations.join, planned: 5, sent: 5, ok: 4 },
  };
  const text = textOf(
    page({ operations, books: { balanced: false, problems: ['join: one is gone'] } }),
    'operations',
  );
  assert.match(text, /✓ connect 0 .* ✕ join 5 0 5 4 .* ✕ The books do not balance: join: one is gone$/);
});

test('leaves out a lane with nothing to say, and says which and why', () => {
  const record = sampleRecord();
  const calm = {
    ...record,
    windows: record.windows.map((one) => ({ ...one, timeouts: {}, drops: 0, reconnects: 0 })),
  };
  const text = textOf(renderReport(calm), 'timeline');
  assert.match(
    text,
    /Left out, with nothing to show: load .* · timeouts \(none\) · drops and reconnects \(none\)\./,
  );
});

test('lists every metric with its unit', () => {
  const metrics = {
    push_duration: plainMetric(2),
    drops: { count: 5, rate: 0.5 },
    server_memory: { value: 2_048, min: 0, max: 4_096 },
  };
  const text = textOf(page({ metrics }), 'metrics');
  assert.match(text, /All 3 metrics/);
  assert.match(text, /push_duration 1,000 1 ms 2 ms/);
  assert.match(text, /drops 5 0\.5\/s/);
  assert.match(text, /server_memory 2 KiB 0 B 4 KiB/);
});

test('names the variant in its title and its head, and the finding below what it is about', () => {
  const html = page({ scenario: 'drill', variant: 'remedy', about: 'a task <b>', finding: 'it & helps' });
  assert.match(html, /<title>✓ PASS · drill remedy · /);
  assert.match(html, /<p class="facts">[^<]* {2}· {2}drill remedy {2}· {2}seed 7/);
  assert.match(html, /<p class="about">a task &lt;b&gt;<\/p><p class="about">Finding: it &amp; helps<\/p>/);
  assert.doesNotMatch(page({ scenario: 'drill' }), /Finding:/);
});
