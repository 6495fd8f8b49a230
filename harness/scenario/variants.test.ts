import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METRIC_NAMES } from '../base/metrics.ts';
import { fault, feed, scenario } from './api.ts';
import { checkScenario } from './check.ts';
import { runsOf } from './variants.ts';

const client = (): undefined => undefined;
const other = (): undefined => undefined;

const drill = scenario({
  about: 'slow handlers',
  claim: ['B14', 'A2'],
  load: { clients: 10, ramp: '1s', hold: '9s' },
  small: { clients: 2, duration: '3s', ramp: 0, rate: 1 },
  server: { nodes: 1, idleTimeout: '2s' },
  client,
  faults: [fault.slowJoin({ delayMs: 5 }).at('1s').for('1s')],
  thresholds: { drops: ['count==0'] },
  variants: {
    trouble: {
      about: 'it blocks',
      thresholds: { join_duration: [{ expression: 'max>1', during: 'slow_join' }] },
    },
    remedy: { client: other, server: { nodes: 2 }, load: { clients: 20, ramp: 0, hold: '10s' } },
  },
  finding: ({ trouble, remedy }) => `${trouble.clients} ${remedy.clients}`,
});

/** The problems of the drill with some fields changed, as `code path`. */
function problemsOf(changes: Record<string, unknown>): string[] {
  return checkScenario({ ...drill, ...changes }, METRIC_NAMES).map(({ code, path }) => `${code} ${path}`);
}

test('a scenario without variants is one run', () => {
  const { variants: _, ...plain } = { ...drill };
  const [run, ...rest] = runsOf(plain);
  assert.deepEqual(rest, []);
  assert.deepEqual([run?.variant, run?.about, run?.scenario.about], [null, null, 'slow handlers']);
  assert.equal(run?.scenario.client, client);
});

test('each variant is a run in the order written, with its own fields before those of the scenario', () => {
  const [trouble, remedy] = runsOf({ ...drill });
  assert.deepEqual([trouble?.variant, remedy?.variant], ['trouble', 'remedy']);
  assert.equal(trouble?.scenario.client, client);
  assert.deepEqual(trouble?.scenario.load, drill.load);
  assert.deepEqual(Object.keys(trouble?.scenario.thresholds ?? {}), ['join_duration']);
  assert.equal(remedy?.scenario.client, other);
  assert.deepEqual(remedy?.scenario.server, { nodes: 2 });
  assert.deepEqual(remedy?.scenario.thresholds, { drops: ['count==0'] });
  assert.deepEqual(remedy?.scenario.faults, drill.faults);
});

test('a run says what its scenario is about, and its variant', () => {
  const runs = runsOf({ ...drill });
  assert.deepEqual(
    runs.map(({ about, scenario }) => [about, scenario.about]),
    [
      ['it blocks', 'slow handlers; trouble: it blocks'],
      [null, 'slow handlers; remedy'],
    ],
  );
});

test('a field given as undefined names nothing, and any name is a name', () => {
  const variants = Object.fromEntries([
    ['constructor', { client: undefined, load: undefined }],
    ['__proto__', { client: other }],
  ]);
  const runs = runsOf({ ...drill, variants });
  assert.deepEqual(
    runs.map(({ variant }) => variant),
    ['constructor', '__proto__'],
  );
  assert.deepEqual(
    runs.map(({ scenario }) => scenario.client),
    [client, other],
  );
  assert.deepEqual(problemsOf({ variants, finding: undefined }), []);
});

test('has nothing to say against a scenario of variants', () => {
  assert.deepEqual(problemsOf({}), []);
  assert.deepEqual(problemsOf({ client: undefined, variants: { a: { client }, b: { client } } }), []);
});

test('tells what is wrong with a variant where it stands, and what it inherits once', () => {
  const problems = problemsOf({
    about: '',
    thresholds: { dorps: ['count==0'] },
    variants: {
      a: { client: 7, thresholds: { joins: ['max<1'] }, about: 'two\nlines' },
      b: { load: { clients: 0, ramp: 0, hold: '10s' }, clientt: client },
      c: { server: { nodes: 'two', idle: '1s' } },
      d: 3,
    },
  });
  assert.deepEqual(problems, [
    'not-a-line about',
    'not-a-line variants.a.about',
    'not-a-function variants.a.client',
    'unknown-metric variants.a.thresholds.joins',
    'unknown-field variants.b.clientt',
    'out-of-range variants.b.load.clients',
    'unknown-metric thresholds.dorps',
    'unknown-field variants.c.server.idle',
    'not-a-number variants.c.server.nodes',
    'not-an-object variants.d',
  ]);
});

test('misses a client in each variant that has none, where the scenario has none either', () => {
  const variants = { a: { client }, b: { about: 'no client' }, c: {} };
  assert.deepEqual(problemsOf({ client: undefined, variants }), [
    'missing variants.b.client',
    'missing variants.c.client',
  ]);
});

test('takes two to six variants with names that make folders', () => {
  assert.deepEqual(problemsOf({ variants: 'trouble' }), ['not-an-object variants']);
  assert.deepEqual(problemsOf({ variants: { one: {} } }), ['out-of-range variants']);
  const seven = Object.fromEntries([...'abcdefg'].map((name) => [name, {}]));
  assert.deepEqual(problemsOf({ variants: seven }), ['out-of-range variants']);
  assert.deepEqual(problemsOf({ variants: { 'a/b': {}, '..': {}, '2nd': {}, ok_1: {} } }), [
    'not-a-name variants.a/b',
    'not-a-name variants...',
    'not-a-name variants.2nd',
  ]);
  assert.deepEqual(problemsOf({ variants: { Remedy: {}, remedy: {} } }), ['name-taken variants.remedy']);
});

test('a fault that only one variant has is known to its thresholds alone', () => {
  const thresholds = { join_duration: [{ expression: 'max>1', during: 'slow_join' }] };
  const variants = { with: { thresholds }, without: { faults: [], thresholds } };
  assert.deepEqual(problemsOf({ variants }), [
    'unknown-part variants.without.thresholds.join_duration[0].during',
  ]);
});

test('reads the files of feeds once, however many variants there are', () => {
  const users = feed.csv('/nowhere/users.csv');
  assert.deepEqual(problemsOf({ feed: users }), ['no-such-file /nowhere/users.csv']);
});

test('tells what is wrong with claims, with the small size and with the finding', () => {
  assert.deepEqual(problemsOf({ claim: 'A21' }), []);
  for (const claim of ['A0', 'A22', 'B31', 'b1', 'C1', 5, ''])
    assert.deepEqual(problemsOf({ claim }), ['not-a-claim claim'], String(claim));
  assert.deepEqual(problemsOf({ claim: ['B1', 'B01'] }), ['not-a-claim claim[1]']);
  assert.deepEqual(problemsOf({ claim: [] }), ['not-a-claim claim']);
  assert.deepEqual(problemsOf({ small: {} }), ['not-an-object small']);
  assert.deepEqual(problemsOf({ small: { clients: 0.5, duration: 0, ramp: 'x', rate: -1, hold: '1s' } }), [
    'unknown-field small.hold',
    'out-of-range small.clients',
    'out-of-range small.duration',
    'not-a-duration small.ramp',
    'out-of-range small.rate',
  ]);
  assert.deepEqual(problemsOf({ finding: 'it helps' }), ['not-a-function finding']);
});
