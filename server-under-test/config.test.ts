import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_CONFIG, parseFlags } from './config.ts';

test('takes both spellings of a flag and keeps the rest at its default', () => {
  const { config, problems } = parseFlags([
    '--port',
    '0',
    '--nodes=3',
    '--nice=-5',
    '--host=127.0.0.2',
    '--secret=a=b',
  ]);
  assert.deepEqual(problems, []);
  assert.deepEqual(config, {
    ...DEFAULT_CONFIG,
    port: 0,
    nodes: 3,
    nice: -5,
    host: '127.0.0.2',
    secret: 'a=b',
  });
});

test('lists every bad flag at once', () => {
  const { problems } = parseFlags([
    '--port',
    '70000',
    '--nodes',
    '0',
    '--bogus',
    '--control-port',
    'x',
    '--secret',
    '',
    '--nice',
  ]);
  assert.deepEqual(
    problems.map(({ path }) => path),
    ['--port', '--nodes', '--bogus', '--control-port', '--secret', '--nice'],
  );
});

test('a flag named like a property of every object is unknown', () => {
  assert.equal(parseFlags(['constructor', '1']).problems[0]?.path, 'constructor');
});
