import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FiredrillError } from '../base/errors.ts';
import { lookUp, type Resolve } from './look-up.ts';
import { readTargetUrl, type TargetUrl } from './url.ts';

const at = (text: string): TargetUrl =>
  readTargetUrl(text, { allowTargets: ['chat.example', '10.0.0.7', 'fd00::7'] });
const finds =
  (...addresses: string[]): Resolve =>
  () =>
    Promise.resolve(addresses);
const fails: Resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));

test('takes an address as it is, and asks nobody', async () => {
  assert.deepEqual(await lookUp(at('ws://10.0.0.7/socket'), fails), ['10.0.0.7']);
  assert.deepEqual(await lookUp(at('ws://[fd00::7]/socket'), fails), ['fd00::7']);
});

test('takes every address of a name once, in the order given', async () => {
  const resolve = finds('10.0.0.2', '10.0.0.1', '10.0.0.2', 'fd00::1');
  assert.deepEqual(await lookUp(at('wss://chat.example/socket'), resolve), [
    '10.0.0.2',
    '10.0.0.1',
    'fd00::1',
  ]);
});

test('takes at most 64 addresses', async () => {
  const many = Array.from({ length: 100 }, (_, i) => `10.0.0.${i}`);
  assert.deepEqual(await lookUp(at('ws://chat.example'), finds(...many)), many.slice(0, 64));
});

test('a name of loopback never leads elsewhere', async () => {
  const asked: string[] = [];
  const resolve: Resolve = (host) => {
    asked.push(host);
    return Promise.resolve(['127.0.0.1', '203.0.113.5', '::1']);
  };
  assert.deepEqual(await lookUp(at('ws://chat.localhost:4000'), resolve), ['127.0.0.1', '::1']);
  assert.deepEqual(asked, ['localhost']);
  assert.deepEqual(await lookUp(at('ws://localhost'), finds('203.0.113.5')), ['127.0.0.1', '::1']);
  assert.deepEqual(await lookUp(at('ws://localhost'), fails), ['127.0.0.1', '::1']);
});

test('a name that does not resolve is 114, with the resolver’s word', async () => {
  await assert.rejects(lookUp(at('wss://chat.example/socket?token=hush'), fails), (error) => {
    assert.ok(error instanceof FiredrillError);
    assert.equal(error.exitCode, 114);
    assert.equal(error.problems[0]?.got, 'ENOTFOUND');
    assert.match(error.problems[0]?.hint ?? '', /typo/);
    assert.doesNotMatch(error.message, /hush/);
    return true;
  });
});
