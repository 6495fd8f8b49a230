import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fault, FAULT_SPECS, faultSpec } from './fault.ts';

test('every fault has a builder of its name, and every builder a fault', () => {
  assert.deepEqual(Object.keys(fault).toSorted(), FAULT_SPECS.map(({ builder }) => builder).toSorted());
  for (const { kind, builder } of FAULT_SPECS) {
    const build = fault[builder as keyof typeof fault] as (params: object) => { kind: string };
    assert.equal(build({}).kind, kind);
    assert.equal(
      kind.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      builder,
    );
  }
});

test('no two faults share a kind, and each says whom it hits and what it does', () => {
  assert.equal(new Set(FAULT_SPECS.map(({ kind }) => kind)).size, FAULT_SPECS.length);
  for (const { kind, params, words } of FAULT_SPECS) {
    const filled = Object.fromEntries(
      Object.entries(params).map(([name, param]) => {
        const middle = param.type === 'number' ? param.min : param.type === 'share' ? 0.5 : 'x';
        return [name, param.default ?? middle];
      }),
    );
    const { share, whom, what } = words(filled);
    assert.ok(share >= 0 && share <= 1, kind);
    assert.doesNotMatch(`${whom} ${what}`, /undefined|NaN|null/, kind);
    assert.ok(whom !== '' && what !== '', kind);
  }
});

test('a plan is never changed, only made anew', () => {
  const plain = fault.slowJoin({ delayMs: 5 });
  const placed = plain.at('1s').for('2s').every('3s', 4).optional();
  assert.equal(plain.atTime, undefined);
  assert.deepEqual(
    [placed.atTime, placed.forTime, placed.repeat, placed.isOptional],
    ['1s', '2s', { gap: '3s', times: 4 }, true],
  );
  assert.equal(faultSpec('no_such'), undefined);
});
