import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFault, checkRenewal } from './check.ts';
import type { FaultDescription } from './fault.ts';
import { FAULT_KINDS } from './kinds.ts';

const paths = (body: unknown): string[] => checkFault(body).problems.map(({ path }) => path);

test('a wrong order lists all its problems and names what is known', () => {
  assert.deepEqual(paths({ kind: 'slow_join', params: { delay_ms: 5 } }), []);
  assert.deepEqual(paths({ kind: 'nope', share: 2, seed: -1, ttl_ms: 'x', extra: 1 }), [
    'extra',
    'kind',
    'share',
    'seed',
    'ttl_ms',
  ]);
  assert.deepEqual(paths({ kind: 'slow_join', params: { delay_ms: Number.NaN, topics: 'room:*' } }), [
    'params.topics',
    'params.delay_ms',
  ]);
  assert.deepEqual(paths({ kind: 'intercept', params: {} }), ['params.event']);
  for (const body of [null, [], 'text', undefined]) assert.deepEqual(paths(body)[0], '');
  const { wanted = '' } = checkFault({ kind: 'nope' }).problems[0] ?? {};
  for (const { kind } of FAULT_KINDS) assert.ok(wanted.includes(kind), kind);
});

test('names of every object are no parameters, and no kinds', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    assert.deepEqual(paths({ kind: name }), ['kind']);
    const params = JSON.parse(`{"${name}":1}`) as unknown;
    assert.deepEqual(paths({ kind: 'tracker_shard_kill', params }), [`params.${name}`]);
  }
  const { wanted } = checkFault({ kind: 'tracker_shard_kill', params: { x: 1 } }).problems[0] ?? {};
  assert.equal(wanted, 'no parameters');
});

const RULES: FaultDescription = {
  kind: 'all',
  about: 'one parameter of each type',
  hits: 'channels',
  params: {
    ms: { type: 'ms', required: false },
    count: { type: 'count', required: false, min: 1, max: 10 },
    bytes: { type: 'bytes', required: false, max: 100 },
    share: { type: 'share', required: false },
    choice: { type: 'choice', required: false, of: ['none', 'all'] },
    text: { type: 'text', required: false },
  },
};

test('a parameter within its range is taken, its ends included', () => {
  const fine: Record<string, readonly unknown[]> = {
    ms: [0, 0.5, 600_000],
    count: [1, 10],
    bytes: [0, 100],
    share: [0, 0.1, 1],
    choice: ['none', 'all'],
    text: ['x', ' '],
  };
  for (const [name, values] of Object.entries(fine)) {
    for (const value of values) {
      const { order, problems } = checkFault({ kind: 'all', params: { [name]: value } }, [RULES]);
      assert.deepEqual([problems, order.params], [[], { [name]: value }]);
    }
  }
});

test('a parameter out of its range is told the range', () => {
  const wrong: Record<string, readonly [values: readonly unknown[], wanted: string]> = {
    ms: [[-1, 600_001, '5', Infinity, null], 'a number of milliseconds from 0 to 600000'],
    count: [[0, 11, 1.5, true], 'a whole number from 1 to 10'],
    bytes: [[-1, 101, 0.5, [1]], 'a whole number of bytes from 0 to 100'],
    share: [[-0.1, 1.1, {}], 'a share from 0 to 1'],
    choice: [['both', 1, 'toString'], 'one of none, all'],
    text: [['', 7, false], 'a text'],
  };
  for (const [name, [values, wanted]] of Object.entries(wrong)) {
    for (const got of values) {
      const { problems } = checkFault({ kind: 'all', params: { [name]: got } }, [RULES]);
      assert.deepEqual(problems, [{ path: `params.${name}`, got, wanted }]);
    }
  }
});

test('a renewal is its time, its share or both, and nothing else', () => {
  assert.deepEqual(checkRenewal({ ttl_ms: 8_000 }), { ttlMs: 8_000, share: null, problems: [] });
  assert.deepEqual(checkRenewal({ share: 0.2 }), { ttlMs: null, share: 0.2, problems: [] });
  assert.deepEqual(checkRenewal({ share: 1, ttl_ms: 5 }), { ttlMs: 5, share: 1, problems: [] });
  const wrong = (body: unknown): string[] => checkRenewal(body).problems.map(({ path }) => path);
  assert.deepEqual(wrong({}), ['ttl_ms']);
  assert.deepEqual(wrong({ ttl_ms: null }), ['ttl_ms']);
  assert.deepEqual(wrong({ share: null }), ['share']);
  assert.deepEqual(wrong({ share: 1.1, ttl_ms: 5 }), ['share']);
  assert.deepEqual(wrong({ ttl_ms: -1, ttl: 5 }), ['ttl', 'ttl_ms']);
  for (const body of [null, [], 'text']) assert.equal(wrong(body)[0], '');
});
