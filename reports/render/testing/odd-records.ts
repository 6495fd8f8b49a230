/** Runs at the edges of what a record can hold: hostile, empty, huge, cut short. */

import type { RunRecord } from '../../../harness/record/run-record.ts';
import type { WindowLine } from '../../../harness/record/timeline-line.ts';
import {
  plainFault,
  plainMetric,
  plainRecord,
  plainThreshold,
  plainTrend,
  plainWindow,
} from './plain-record.ts';
import { sampleRecord } from './sample-record.ts';

/** Texts that try to leave their place: markup, attributes, scripts, templates, JSON, terminals, directions. */
export const HOSTILE = `</script><script>window.hacked=1</script>"'><img src=x onerror=window.hacked=1>\${window.hacked=1}\`{{7*7}}\u001b]0;x\u0007\u001b[31m\u202e\u2028]]><!--`;

/** A run in which every text that comes from outside is hostile. */
export function hostileRecord(): RunRecord {
  const fault = {
    ...plainFault(HOSTILE, HOSTILE, 1_000, 2_000),
    kind: HOSTILE,
    whom: HOSTILE,
    what: HOSTILE,
  };
  const effect = { metric: HOSTILE, unit: 'ms' as const, before: 1, during: null, after: 3 };
  const top = { pid: HOSTILE, kind: HOSTILE, topic: HOSTILE, len: 9, highWater: 12, oldestWaitMs: 40 };
  const windows = [0, 1_000, 2_000].map((atMs) =>
    plainWindow(atMs, {
      timeouts: { [HOSTILE]: 2, __proto__: 1, constructor: 3 },
      mailbox: { sum: 9, max: 9, oldestWaitMs: 40, top: [top] },
      push: plainTrend(2),
      join: plainTrend(20),
      pushCells: [[1, 4]],
    }),
  );
  const broadcast = {
    type: 'broadcast' as const,
    atMs: 500,
    topic: HOSTILE,
    event: HOSTILE,
    publisher: 1,
    sequence: 1,
  };
  return plainRecord(
    {
      scenario: HOSTILE,
      about: HOSTILE,
      target: HOSTILE,
      firedrill: HOSTILE,
      startedAt: HOSTILE,
      command: HOSTILE,
      durationMs: 3_000,
      faults: [{ ...fault, effects: [effect, effect] }],
      metrics: { [HOSTILE]: plainMetric(2), [`push_timeouts{cause:${HOSTILE}}`]: { count: 2, rate: 0.1 } },
      thresholds: [
        plainThreshold({
          metric: HOSTILE,
          expression: HOSTILE,
          during: HOSTILE,
          worstDuring: HOSTILE,
          reason: HOSTILE,
        }),
      ],
      verdict: { status: 'fail', reasons: [HOSTILE, HOSTILE] },
      books: { balanced: false, problems: [HOSTILE] },
      incidents: Array.from({ length: 9 }, () => ({ atMs: 1_500, what: HOSTILE })),
      limits: [{ limit: HOSTILE, asked: 2, fits: 1, hint: HOSTILE }],
      environment: {
        ...plainRecord().summary.environment,
        node: HOSTILE,
        platform: HOSTILE,
        cpuModel: HOSTILE,
      },
      interrupted: true,
    },
    {
      windows,
      broadcasts: [{ ...broadcast, expected: 2, received: 1, missing: 1, firstMs: 1, lastMs: 5 }],
      marks: [{ type: 'mark', atMs: 2_500, mark: 'interrupted', name: HOSTILE }],
    },
  );
}

/** Ten minutes of a busy run: 600 windows, each with all it can have. */
export function longRecord(): RunRecord {
  const { windows, broadcasts, summary, marks } = sampleRecord();
  const long = Array.from({ length: 600 }, (_, second): WindowLine => {
    const model = windows[second % windows.length] ?? plainWindow(0);
    return { ...model, atMs: second * 1_000 };
  });
  const many = Array.from({ length: 1_200 }, (_, index) => {
    const model = broadcasts[index % broadcasts.length];
    return model ? [{ ...model, atMs: index * 500 }] : [];
  });
  return { summary: { ...summary, durationMs: 600_000 }, windows: long, broadcasts: many.flat(), marks };
}

/** Runs that lack something, by name. */
export function bareRecords(): Record<string, RunRecord> {
  const sample = sampleRecord();
  const without = (strip: (window: WindowLine) => WindowLine): WindowLine[] =>
    sample.windows.map((one) => strip(structuredClone(one)));
  const unobserved = without((one) => {
    delete one.mailbox;
    delete one.server;
    return one;
  });
  return {
    'nothing at all': plainRecord(),
    'no windows': { ...sample, windows: [] },
    'one window': { ...sample, windows: sample.windows.slice(50, 51) },
    'no faults': { ...sample, summary: { ...sample.summary, faults: [] } },
    'a fault never applied': plainRecord(
      { durationMs: 1_000, faults: [plainFault('a', 'a', null, null)] },
      { windows: [plainWindow(0)] },
    ),
    'a fault never lifted': plainRecord(
      { durationMs: 1_000, faults: [plainFault('a', 'a', 500, null)] },
      { windows: [plainWindow(0)] },
    ),
    'no observer': {
      ...sample,
      windows: unobserved,
      summary: { ...sample.summary, server: null, metrics: {} },
    },
    'no broadcasts': { ...sample, broadcasts: [] },
    'a broadcast nobody received': {
      ...sample,
      broadcasts: sample.broadcasts.map((one) => ({
        ...one,
        firstMs: null,
        lastMs: null,
        received: 0,
        missing: one.expected,
      })),
    },
    'no thresholds': {
      ...sample,
      summary: { ...sample.summary, thresholds: [], verdict: { status: 'pass', reasons: [] } },
    },
    'an inconclusive threshold': plainRecord({
      thresholds: [
        plainThreshold({ status: 'inconclusive', actual: null, worstAtMs: null, reason: 'too few samples' }),
      ],
      verdict: { status: 'inconclusive', reasons: [] },
    }),
    'gaps in the windows': { ...sample, windows: sample.windows.filter((_, second) => second % 7 < 4) },
    'metrics of no samples': plainRecord({
      metrics: {
        push_duration: {
          count: 0,
          min: Number.NaN,
          avg: Number.NaN,
          med: Number.NaN,
          p90: Number.NaN,
          p95: Number.NaN,
          p99: Number.NaN,
          p999: Number.NaN,
          max: Number.NaN,
        },
        errors: { count: 0, rate: Number.NaN },
      },
    }),
    'huge values': plainRecord(
      {
        durationMs: 86_400_000 * 30,
        clients: { planned: 2e9, connected: 2e9, joined: 2e9, failed: 0, joinedAfterMs: 9e9 },
        metrics: { push_duration: plainMetric(1e12, 1e15) },
        deliveries: { expected: 1e15, received: 1e15, missing: 1, duplicate: 0, reordered: 0 },
        distributions: { push_duration: { percentiles: [[0.5, 1e12]], buckets: [[1e-9, 1e15, 1e15]] } },
      },
      {
        windows: [
          plainWindow(0, {
            clients: { connected: 2e9, joined: 2e9 },
            push: plainTrend(1e12),
            pushCells: [
              [1e-9, 1e15],
              [1e12, 1],
            ],
          }),
        ],
      },
    ),
    'zeroes in the windows': plainRecord(
      { durationMs: 2_000 },
      {
        windows: [0, 1_000].map((atMs) =>
          plainWindow(atMs, { push: plainTrend(0), clients: { connected: 0, joined: 0 } }),
        ),
      },
    ),
  };
}
