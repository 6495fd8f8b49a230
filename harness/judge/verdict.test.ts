import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SaturationSign, ThresholdResult } from '../record/run-record.ts';
import { clean, held } from './testing/run-facts.ts';
import { describeMiss, judgeRun } from './verdict.ts';
import type { RunFacts } from './verdict.ts';

const missed: ThresholdResult = { ...held, actual: 812, status: 'fail' };
const unclear: ThresholdResult = {
  ...held,
  actual: null,
  status: 'inconclusive',
  reason: 'p(99) had 3 samples',
};

const lateSign: SaturationSign = {
  name: 'send_lateness',
  value: 38,
  limit: 10,
  unit: 'ms',
  isOver: true,
  decides: true,
  words: 'sends were 38 ms late at p99, limit 10 ms, over it in 12 s of the run',
};
const withSigns = (...signs: SaturationSign[]): RunFacts['generator'] => ({
  ...clean.generator,
  saturated: true,
  signs,
});
const saturated = withSigns(lateSign);

function judge(facts: Partial<RunFacts>): { status: string; reasons: string[]; exitCode: number } {
  const { verdict, exitCode } = judgeRun({ ...clean, ...facts });
  return { ...verdict, exitCode };
}

test('passes when every threshold held and nothing speaks against it', () => {
  assert.deepEqual(judge({}), { status: 'pass', reasons: ['the threshold held'], exitCode: 0 });
  assert.deepEqual(judge({ thresholds: [held, held] }).reasons, ['all 2 thresholds held']);
  assert.match(judge({ thresholds: [] }).reasons[0] ?? '', /no thresholds were set/);
});

test('fails with the figures of the threshold, worst first', () => {
  const worse = { ...missed, metric: 'join_duration', actual: 5_000 };
  assert.deepEqual(judge({ thresholds: [missed, held, worse] }), {
    status: 'fail',
    reasons: ['join_duration p(99) was 5 s, limit 250 ms', 'push_duration p(99) was 812 ms, limit 250 ms'],
    exitCode: 99,
  });
});

test('a warning never fails a run, but is told', () => {
  const warned = judge({ thresholds: [held, { ...missed, level: 'warn' }] });
  assert.equal(warned.status, 'pass');
  assert.equal(warned.exitCode, 0);
  assert.deepEqual(warned.reasons, [
    'the threshold held',
    'warning: push_duration p(99) was 812 ms, limit 250 ms',
  ]);
  assert.equal(judge({ thresholds: [{ ...unclear, level: 'warn' }] }).status, 'pass');
});

test('a promise of how many join takes the place of the rule that all of them must', () => {
  const clients = { planned: 100, joined: 1 };
  const few = { ...held, metric: 'clients_joined', expression: 'rate<0.1', actual: 0.01, limit: 0.1 };
  assert.equal(judge({ clients, thresholds: [few] }).status, 'pass');
  assert.equal(judge({ clients, thresholds: [{ ...few, level: 'warn' }] }).exitCode, 113);
  const missedIt = { ...few, unit: 'share', actual: 0.5, status: 'fail' } as const;
  assert.deepEqual(judge({ clients, thresholds: [missedIt] }), {
    status: 'fail',
    reasons: ['clients_joined rate was 50 %, limit 10 %'],
    exitCode: 99,
  });
});

test('everything that could hide a failure keeps a run from being green', () => {
  const cases: [Partial<RunFacts>, number, RegExp][] = [
    [
      { books: ['push: planned is 10, but sent + dropped is 8'] },
      113,
      /books do not balance: push: planned is 10/,
    ],
    [{ generator: saturated }, 113, /saturated: sends were 38 ms late at p99, limit 10 ms, over it in 12 s/],
    [
      { generator: withSigns({ ...lateSign, name: 'conntrack', words: 'its table was full' }) },
      113,
      /^this machine was saturated: its table was full$/,
    ],
    [{ lostWorkers: 1 }, 113, /^1 load worker was lost/],
    [{ deadNodes: ['node-2'] }, 113, /node-2 died/],
    [{ faultsCutShort: ['slow joins'] }, 113, /^slow joins ended before their time$/],
    [{ faultsNotRisen: ['slow joins'] }, 113, /^slow joins did not rise as planned$/],
    [{ clients: { planned: 100_000, joined: 98_412 } }, 113, /^98,412 of 100,000 clients joined$/],
    [
      { clients: { planned: 100, joined: 90, dropped: 10 } },
      113,
      /^10 of 100 arrivals were dropped: too many were there already$/,
    ],
    [{ clients: { planned: 100, joined: 98, what: 'connected' } }, 113, /^98 of 100 clients connected$/],
    [
      { rate: { planned: 1_000, reached: 900 } },
      113,
      /^900 pushes per second were reached, 1,000 were planned$/,
    ],
    [{ thresholds: [unclear] }, 113, /^p\(99\) had 3 samples$/],
    [{ interrupted: true }, 105, /signal/],
    [{ scenarioThrew: 'no rooms' }, 107, /the scenario threw: no rooms/],
    [{ halted: 'halted from another terminal' }, 108, /^the run was stopped: halted from another terminal$/],
  ];
  for (const [facts, exitCode, reason] of cases) {
    const judged = judge(facts);
    assert.equal(judged.status, 'inconclusive', String(reason));
    assert.equal(judged.exitCode, exitCode, String(reason));
    assert.match(judged.reasons[0] ?? '', reason);
  }
});

test('a run that an abort condition ended has failed, and lacks only what the rest would have brought', () => {
  const why = 'push_duration p(99) was 2.1 s over the last 10 s, limit 1 s (abort condition)';
  const short: Partial<RunFacts> = {
    aborted: why,
    clients: { planned: 100, joined: 60 },
    thresholds: [unclear],
  };
  const judged = judge(short);
  assert.deepEqual([judged.status, judged.exitCode], ['fail', 108]);
  assert.equal(judged.reasons[0], `the run was stopped: ${why}`);
  assert.equal(judged.reasons.length, 3);
  // Held over the whole run or not, the limit was passed; figures of a driver that was late tell nothing.
  assert.equal(judge({ aborted: why, thresholds: [held] }).status, 'fail');
  assert.equal(judge({ aborted: why, thresholds: [missed] }).exitCode, 108);
  const late = judge({ ...short, generator: saturated });
  assert.deepEqual([late.status, late.exitCode], ['inconclusive', 113]);
  assert.equal(judge({ ...short, lostWorkers: 1 }).exitCode, 113);
});

test('whoever halts a run gets 108 whatever there was to doubt, and 115 where a fault stays', () => {
  const halted = 'halted from another terminal';
  assert.equal(judge({ halted, generator: saturated, clients: { planned: 9, joined: 1 } }).exitCode, 108);
  assert.equal(judge({ halted, faultsNotLifted: [{ name: 'slow joins' }] }).exitCode, 115);
  assert.equal(judge({ halted, thresholds: [missed] }).status, 'fail');
});

test('an alarm says what is still on, what ends it and what to type', () => {
  const undo = {
    stillActive: 'slow joins at http://x',
    endsBy: null,
    byHand: 'curl -X DELETE http://x/faults/7',
  };
  assert.deepEqual(judge({ faultsNotLifted: [{ name: 'slow joins', undo }] }).reasons, [
    'slow joins could not be lifted and may still be on: slow joins at http://x; nothing ends it by itself; ' +
      'by hand: curl -X DELETE http://x/faults/7',
  ]);
});

test('a rate within its tolerance is reached', () => {
  assert.equal(judge({ rate: { planned: 1_000, reached: 985 } }).status, 'pass');
});

test('a failure stays one when only the run fell short', () => {
  const judged = judge({ thresholds: [missed, unclear], deadNodes: ['node-2'] });
  assert.equal(judged.status, 'fail');
  assert.equal(judged.exitCode, 113);
  assert.match(judged.reasons[0] ?? '', /^push_duration p\(99\) was 812 ms/);
  assert.equal(judged.reasons.length, 3);
});

test('a sign that only explains keeps no run from being green', () => {
  const explaining = withSigns({ ...lateSign, name: 'worker_cpu', decides: false });
  assert.equal(judge({ generator: { ...explaining, saturated: false } }).status, 'pass');
});

test('a failure is not believed when the figures cannot be trusted', () => {
  for (const facts of [{ generator: saturated }, { books: ['push: sent is 1, but ok is 2'] }]) {
    const judged = judge({ ...facts, thresholds: [missed] });
    assert.equal(judged.status, 'inconclusive');
    assert.equal(judged.exitCode, 113);
    assert.match(judged.reasons.at(-1) ?? '', /812 ms/);
  }
});

test('a fault that could not be lifted is louder than everything', () => {
  const judged = judge({
    faultsNotLifted: [{ name: 'slow joins' }],
    generator: saturated,
    interrupted: true,
  });
  assert.equal(judged.status, 'fail');
  assert.equal(judged.exitCode, 115);
  assert.match(judged.reasons[0] ?? '', /^slow joins could not be lifted/);
});

test('words each kind of limit', () => {
  assert.equal(
    describeMiss({
      ...missed,
      expression: ' count == 0',
      actual: 3,
      limit: 0,
      unit: 'count',
      during: 'steady',
    }),
    'push_duration count during steady was 3, wanted 0',
  );
  const rate = { ...missed, metric: 'push_timeouts', unit: 'share' as const, actual: 0.031, limit: 0.01 };
  assert.equal(describeMiss({ ...rate, expression: 'rate<0.01' }), 'push_timeouts rate was 3.1 %, limit 1 %');
  assert.match(describeMiss({ ...rate, expression: 'rate>=0.01' }), /wanted at least 1 %$/);
});

test('a run that nobody answered proves nothing', () => {
  const silent = judgeRun({ ...clean, thresholds: [], pushes: { sent: 1_198, answered: 0 } });
  assert.equal(silent.exitCode, 113);
  assert.deepEqual(silent.verdict, {
    status: 'inconclusive',
    reasons: ['none of 1,198 pushes was answered'],
  });
  const alone = judgeRun({ ...clean, pushes: { sent: 1, answered: 0 } });
  assert.deepEqual(alone.verdict.reasons, ['the one push was not answered']);
  assert.equal(judgeRun({ ...clean, pushes: { sent: 0, answered: 0 } }).exitCode, 0);
  assert.equal(judgeRun({ ...clean, pushes: { sent: 9, answered: 1 } }).exitCode, 0);
});
