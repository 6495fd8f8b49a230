import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlagReader } from './flags.ts';
import { readAsked, readThresholds } from './plan-flags.ts';

test('gathers thresholds by metric, tags and hostile names included', () => {
  const threshold = [
    'push_duration=p(99)<250',
    'push_duration=max<1000',
    'push_duration{kind:search}=p(99)<50',
    'constructor=max<1',
    '__proto__=max<1',
  ];
  const flags = new FlagReader({ threshold });
  assert.deepEqual(Object.entries(readThresholds(flags)), [
    ['push_duration', ['p(99)<250', 'max<1000']],
    ['push_duration{kind:search}', ['p(99)<50']],
    ['constructor', ['max<1']],
    ['__proto__', ['max<1']],
  ]);
  assert.deepEqual(flags.problems, []);
});

test('refuses a threshold that names no metric', () => {
  const flags = new FlagReader({ threshold: ['p(99)<250', '=p(99)<250', 'push_duration=', 'a{b=c'] });
  assert.deepEqual(readThresholds(flags), {});
  assert.deepEqual(
    flags.problems.map(({ path }) => path),
    ['--threshold', '--threshold', '--threshold', '--threshold'],
  );
});

test('a condition that ends the run is a threshold of its metric', () => {
  const flags = new FlagReader({
    threshold: 'push_duration=p(99)<250',
    abort: ['push_duration=p(99)<2000', 'errors=rate<0.5'],
  });
  assert.deepEqual(readThresholds(flags), {
    push_duration: ['p(99)<250', { expression: 'p(99)<2000', abortOnFail: true }],
    errors: [{ expression: 'rate<0.5', abortOnFail: true }],
  });
  const wrong = new FlagReader({ abort: 'p(99)<2000' });
  readThresholds(wrong);
  assert.deepEqual(
    wrong.problems.map(({ path, hint }) => [path, hint]),
    [['--abort', "--abort 'push_duration=p(99)<250'"]],
  );
});

test('reads which runs are asked for, and at which size', () => {
  const typed = { variant: ['trouble', 'remedy'], small: true, clients: '5', duration: '2s' };
  assert.deepEqual(readAsked(new FlagReader(typed)), {
    variants: ['trouble', 'remedy'],
    small: true,
    overrides: { seed: 7, clients: 5, durationMs: 2_000 },
  });
  assert.deepEqual(readAsked(new FlagReader({})), { variants: [], small: false, overrides: { seed: 7 } });
});
