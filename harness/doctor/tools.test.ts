import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTools, parseVersion } from './tools.ts';
import type { Said } from './tools.ts';

const here = (programs: Record<string, Said>): ((command: string, args: readonly string[]) => Said) => {
  const answers = new Map(Object.entries(programs));
  return (command, args) => answers.get(`${command} ${args[0] ?? ''}`) ?? answers.get(command) ?? null;
};

test('takes the first version out of a sentence', () => {
  assert.equal(parseVersion('Docker version 28.2.2, build 1234.5'), '28.2.2');
  assert.equal(parseVersion('k6 v2.2.0 (go1.25)'), '2.2.0');
  assert.equal(parseVersion('no version'), null);
});

test('nothing found is named with the way to get it', () => {
  const tools = findTools('linux', {}, () => null);
  assert.ok(tools.every(({ version, lift, needed }) => version === null && lift !== '' && needed !== ''));
});

test('Docker is found, and its engine asked', () => {
  const client = { status: 0, out: 'Docker version 28.2.2' };
  const dead = findTools(
    'linux',
    {},
    here({ 'docker --version': client, 'docker version': { status: 1, out: '' } }),
  );
  assert.deepEqual([dead[0]?.version, dead[0]?.problem], ['28.2.2', 'its engine does not answer']);
  assert.equal(dead[0]?.lift, 'sudo systemctl start docker');
  const alive = findTools('linux', {}, here({ docker: client }));
  assert.equal(alive[0]?.problem, null);
});

test('the Chromium of the environment comes first, any other does', () => {
  const said = { status: 0, out: 'Chromium 140.0.1' };
  const own = findTools('linux', { FIREDRILL_CHROMIUM: '/opt/c' }, here({ '/opt/c': said }));
  assert.equal(own[2]?.version, '140.0.1');
  assert.equal(findTools('linux', {}, here({ 'google-chrome': said }))[2]?.version, '140.0.1');
});

test('chrt must be allowed to do what it is for', () => {
  assert.equal(findTools('linux', {}, here({ chrt: { status: 0, out: '' } }))[3]?.version, 'found');
  assert.equal(findTools('linux', {}, here({ chrt: { status: 1, out: '' } }))[3]?.version, null);
  assert.equal(findTools('darwin', {}, here({ chrt: { status: 0, out: '' } }))[3]?.version, null);
});
