import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import { conformCommand } from './conform-command.ts';

async function problemsOf(url: string | undefined, typed: Record<string, unknown>): Promise<string[]> {
  const error: unknown = await conformCommand(url, typed).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof FiredrillError);
  assert.equal(error.exitCode, 104);
  return error.problems.map(({ path }) => path);
}

test('all bad flags are named at once, before anything is started', async () => {
  const typed = {
    only: '9',
    phoenix: '2.0',
    profile: 'nginx',
    settings: 'idle-timeout-ms=soon,colour=red',
    wide: true,
  };
  assert.deepEqual(await problemsOf(undefined, typed), [
    '--wide',
    '--only',
    '--phoenix',
    '--profile',
    '--settings',
    '--settings',
  ]);
});

test('a setting nobody knows is told with its neighbour, or with the list alone', async () => {
  const error: unknown = await conformCommand(undefined, { settings: 'nods=2,zzzzzzzz=1' }).catch(
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FiredrillError);
  assert.deepEqual(
    error.problems.map(({ hint }) => hint),
    ['did you mean nodes?', undefined],
  );
  for (const { wanted } of error.problems) assert.match(wanted ?? '', /^NAME=VALUE with .*\bnodes\b/);
});

test('a control port needs a URL, a module needs none', async () => {
  assert.deepEqual(await problemsOf(undefined, { control: 'http://127.0.0.1:1' }), ['--control']);
  assert.deepEqual(await problemsOf('ws://127.0.0.1:1', { app: 'x.ts' }), ['--app']);
  assert.deepEqual(await problemsOf('ws://127.0.0.1:1', { control: 'tcp://x' }), ['--control']);
});

test('a target nobody answers at is unreachable', async () => {
  const error: unknown = await conformCommand('ws://127.0.0.1:1/socket', {}).catch(
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FiredrillError);
  assert.equal(error.exitCode, 114);
});

test('an authority needs a wss:// URL and a certificate in its file', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-conform-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, 'no certificate');
  assert.deepEqual(await problemsOf(undefined, { ca: file }), ['--ca']);
  assert.deepEqual(await problemsOf('ws://127.0.0.1:1', { ca: file }), ['--ca']);
  assert.deepEqual(await problemsOf('wss://127.0.0.1:1', { ca: file }), ['--ca']);
  assert.deepEqual(await problemsOf('wss://127.0.0.1:1', { ca: join(folder, 'none.pem') }), ['--ca']);
});
