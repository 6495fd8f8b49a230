import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaosJournal, type DrilledFault, type DrillFacts } from './chaos-journal.ts';
import type { DrillLook, DrillSummary } from './drill-record.ts';
import type { Summary } from './run-record.ts';

const drill: DrillSummary = {
  check: 'continuously',
  windowMs: 10_000,
  rollback: 'deviated',
  hypothesis: [{ metric: 'push_duration', expression: 'p(95)<250' }],
  status: 'held',
  deviatedAtMs: null,
  stoppedBefore: false,
  looks: [],
  during: null,
  left: [],
};

/** What the journal reads of a summary. */
const summary = {
  firedrill: '0.1.0',
  scenario: 'rooms',
  variant: 'trouble',
  about: 'rooms whose handlers block',
  seed: 7,
  startedAt: '2026-11-21T10:40:00.000Z',
  durationMs: 40_000,
  clients: { planned: 1_000 },
  environment: { platform: 'linux x64' },
  command: 'firedrill drill rooms.ts --param token=…',
  drill,
} as unknown as Summary;

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
  const reason = status === 'cannot tell' ? { reason: 'it had 3 samples' } : {};
  return { when, fromMs: untilMs - 10_000, untilMs, status, probes: [{ ...probe, ...reason }] };
}

const blocking: DrilledFault = {
  name: 'blocking handlers',
  whom: '10 % of topics room:*',
  what: 'handle_in takes 150 ms',
  endMs: 25_000,
  appliedAtMs: 15_010,
  liftedAtMs: 25_000,
  failure: null,
  isCalledOff: false,
  hit: null,
};

const held: DrillFacts = {
  summary,
  looks: { before: look('before', 'held', 15_000), during: [], after: look('after', 'held', 40_000) },
  faults: [blocking],
  ended: null,
  node: 'host-1',
};

const provider = { type: 'process', path: 'firedrill', arguments: 'drill rooms.ts --param token=…' };
const probe = {
  type: 'probe',
  name: 'push_duration p(95)<250',
  provider,
  tolerance: { type: 'range', range: [-Number.MAX_VALUE, 250] },
};
const inject = {
  type: 'action',
  name: 'blocking handlers (10 % of topics room:*: handle_in takes 150 ms)',
  provider,
  background: true,
};
const lift = { type: 'action', name: 'lift blocking handlers', provider, background: true };

test('a drill that held has the fields of Chaos Toolkit’s journal', () => {
  assert.deepEqual(chaosJournal(held), {
    'chaoslib-version': 'firedrill 0.1.0',
    platform: 'linux x64',
    node: 'host-1',
    experiment: {
      version: '1.0.0',
      title: 'rooms trouble',
      description: 'rooms whose handlers block',
      tags: ['firedrill', 'phoenix-channels'],
      configuration: {
        seed: 7,
        clients: 1_000,
        check: 'continuously',
        window_ms: 10_000,
        rollback: 'deviated',
      },
      'steady-state-hypothesis': { title: 'rooms is steady', probes: [probe] },
      method: [inject],
      rollbacks: [lift],
    },
    start: '2026-11-21T10:40:00.000Z',
    end: '2026-11-21T10:40:40.000Z',
    duration: 40,
    status: 'completed',
    deviated: false,
    steady_states: {
      before: {
        steady_state_met: true,
        probes: [
          {
            activity: probe,
            output: 40,
            status: 'succeeded',
            start: '2026-11-21T10:40:05.000Z',
            end: '2026-11-21T10:40:15.000Z',
            duration: 10,
            tolerance_met: true,
          },
        ],
      },
      after: {
        steady_state_met: true,
        probes: [
          {
            activity: probe,
            output: 40,
            status: 'succeeded',
            start: '2026-11-21T10:40:30.000Z',
            end: '2026-11-21T10:40:40.000Z',
            duration: 10,
            tolerance_met: true,
          },
        ],
      },
      during: [],
    },
    run: [
      {
        activity: inject,
        output: null,
        status: 'succeeded',
        start: '2026-11-21T10:40:15.010Z',
        end: '2026-11-21T10:40:25.000Z',
        duration: 9.99,
      },
    ],
    rollbacks: [
      {
        activity: lift,
        output: 'lifted in its time',
        status: 'succeeded',
        start: '2026-11-21T10:40:25.000Z',
        end: '2026-11-21T10:40:25.000Z',
        duration: 0,
      },
    ],
  });
});

function journalOf(changes: Partial<DrillFacts>, status: DrillSummary['status'] = 'held') {
  const drilled = { ...summary, drill: { ...drill, status } };
  return chaosJournal({ ...held, summary: drilled, ...changes });
}

test('what broke while faults were on has failed and deviated', () => {
  const during = [look('during', 'held', 16_000), look('during', 'deviated', 17_000)];
  const rolledBack = { ...blocking, liftedAtMs: 17_030, hit: '12 of 50 clients' };
  const journal = journalOf({ looks: { ...held.looks, during }, faults: [rolledBack] }, 'deviated');
  assert.deepEqual([journal.status, journal.deviated], ['failed', true]);
  assert.deepEqual(
    journal.steady_states.during.map((one) => [one.steady_state_met, one.probes[0]?.output]),
    [
      [true, 40],
      [false, 812],
    ],
  );
  assert.equal(journal.steady_states.during[1]?.probes[0]?.tolerance_met, false);
  assert.equal(journal.run[0]?.output, '12 of 50 clients');
  assert.equal(journal.rollbacks[0]?.output, 'lifted before its time');
});

test('what was not there before the faults has failed, but did not deviate, and nothing was run', () => {
  const looks = { before: look('before', 'deviated', 15_000), during: [], after: null };
  const calledOff = { ...blocking, appliedAtMs: null, liftedAtMs: null, isCalledOff: true };
  const journal = journalOf({ looks, faults: [calledOff] }, 'deviated');
  assert.deepEqual([journal.status, journal.deviated], ['failed', false]);
  assert.deepEqual([journal.run, journal.rollbacks, journal.steady_states.after], [[], [], null]);
  assert.equal(journal.steady_states.before?.steady_state_met, false);
  assert.equal(journal.experiment.method.length, 1);
});

test('what could not be told is neither met nor not, and its probe has failed', () => {
  const looks = { before: look('before', 'cannot tell', 15_000), during: [], after: null };
  const { before } = journalOf({ looks }, 'cannot tell').steady_states;
  assert.equal(before?.steady_state_met, null);
  const [told] = before?.probes ?? [];
  assert.deepEqual([told?.status, told?.exception], ['failed', ['it had 3 samples']]);
});

test('a fault that could not go on or off is told with what went wrong', () => {
  const refused = { ...blocking, appliedAtMs: null, liftedAtMs: null, failure: 'no such topic' };
  const [injected] = journalOf({ faults: [refused] }).run;
  assert.deepEqual([injected?.status, injected?.exception], ['failed', ['no such topic']]);
  const stuck = { ...blocking, liftedAtMs: null, failure: 'ECONNREFUSED' };
  const [lifted] = journalOf({ faults: [stuck] }).rollbacks;
  assert.deepEqual([lifted?.status, lifted?.exception], ['failed', ['ECONNREFUSED']]);
  assert.deepEqual(
    journalOf({ faults: [{ ...blocking, liftedAtMs: null }] }).rollbacks,
    [],
    'it was left on',
  );
});

test('whoever ended it is told by its status', () => {
  assert.equal(journalOf({ ended: 'interrupted' }).status, 'interrupted');
  assert.equal(journalOf({ ended: 'aborted' }, 'cannot tell').status, 'aborted');
});

test('tolerances say what the expressions say, as far as they can', () => {
  const toleranceOf = (expression: string): unknown => {
    const hypothesis = [{ metric: 'drops', expression }];
    const told = chaosJournal({ ...held, summary: { ...summary, drill: { ...drill, hypothesis } } });
    return told.experiment['steady-state-hypothesis'].probes[0]?.tolerance;
  };
  assert.deepEqual(toleranceOf('rate >= 20'), { type: 'range', range: [20, Number.MAX_VALUE] });
  assert.equal(toleranceOf('count==0'), 0);
  assert.equal(toleranceOf('count!=3'), 'count!=3');
});
