import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import { FlagReader } from './flags.ts';

const pathsOf = (flags: FlagReader): string[] => flags.problems.map(({ path }) => path);

test('tells an unknown flag once, whatever spelling yargs adds to it', () => {
  const flags = new FlagReader({
    _: [],
    'dry-run': true,
    dryRun: true,
    'max-frame': '1',
    maxFrame: '1',
    x: '1',
  });
  flags.refuseUnknown(['max-frame']);
  assert.deepEqual(pathsOf(flags), ['--dry-run', '-x']);
});

test('reads sizes and choices, and refuses what is none', () => {
  const flags = new FlagReader({ a: '64KiB', b: '0', c: '2GiB', d: 'ws', e: 'quic' });
  assert.equal(flags.bytes('a', 2 ** 20), 65_536);
  assert.equal(flags.bytes('b', 2 ** 20), undefined);
  assert.equal(flags.bytes('c', 2 ** 20), undefined);
  assert.equal(flags.bytes('none', 2 ** 20), undefined);
  assert.equal(flags.choice('d', ['bare', 'ws']), 'ws');
  assert.equal(flags.choice('e', ['bare', 'ws']), undefined);
  assert.deepEqual(pathsOf(flags), ['--b', '--c', '--e']);
});

test('pairs may be called anything, and one that is none is not repeated', () => {
  const flags = new FlagReader({ param: ['__proto__=a', 'toString=b=c', 'hush', '=hush'] });
  const pairs = flags.pairs('param', '--param');
  assert.deepEqual(Object.entries(pairs), [
    ['__proto__', 'a'],
    ['toString', 'b=c'],
  ]);
  assert.deepEqual(pathsOf(flags), ['--param', '--param']);
  assert.doesNotMatch(JSON.stringify(flags.problems), /hush/);
});

test('throws all problems at once, as 104', () => {
  const flags = new FlagReader({ a: 'x', b: 'y' });
  flags.number('a', { min: 0, max: 1 });
  flags.durationMs('b');
  assert.throws(
    () => flags.done(),
    (error) => error instanceof FiredrillError && error.exitCode === 104 && error.problems.length === 2,
  );
});
