import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Problem } from '../base/errors.ts';
import { FlagReader, type Typed } from './flags.ts';
import { readTarget, readTransport } from './target-flags.ts';

const folder = mkdtempSync(join(tmpdir(), 'firedrill-flags-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const URL = 'wss://127.0.0.1:4001/socket';

function problemsOf(typed: Typed, url: string | undefined = URL): Problem[] {
  const flags = new FlagReader(typed);
  readTarget(flags, url);
  readTransport(flags);
  return flags.problems;
}

test('reads what clients bring, in every number', () => {
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, '-----BEGIN CERTIFICATE-----\n…');
  const flags = new FlagReader({
    'allow-target': 'chat.example',
    vsn: '1.0.0',
    param: ['token=a=b', '__proto__=x'],
    header: ['X-Tenant: acme ', 'origin:https://a.example'],
    'auth-token': 't0ken',
    ca,
  });
  const target = readTarget(flags, URL);
  assert.deepEqual(flags.problems, []);
  assert.equal(target.kind, 'url');
  assert.deepEqual(target.connect, {
    params: Object.fromEntries([
      ['token', 'a=b'],
      ['__proto__', 'x'],
    ]),
    headers: { 'X-Tenant': 'acme', origin: 'https://a.example' },
    authToken: 't0ken',
    vsn: '1.0.0',
    ca: '-----BEGIN CERTIFICATE-----\n…',
  });
});

test('goes by the bare connection unless the stock client is asked for', () => {
  assert.deepEqual(readTransport(new FlagReader({})), { transport: 'bare' });
  const typed = { transport: 'ws', 'max-frame': '64KiB' };
  assert.deepEqual(readTransport(new FlagReader(typed)), { transport: 'ws', maxFrameBytes: 65_536 });
});

test('finds every wrong flag at once', () => {
  const typed = {
    vsn: '3.0.0',
    param: ['vsn=2.0.0', 'nothing'],
    header: ['no colon', 'Host: x', 'a b: c', 'x: a\r\nb: c', 'Sec-WebSocket-Protocol: phoenix'],
    ca: join(folder, 'none.pem'),
    transport: 'quic',
    'max-frame': '0',
    nodes: '2',
    'auth-token': 'with a space',
  };
  const problems = problemsOf(typed);
  const paths = problems.map(({ path }) => path).toSorted();
  assert.equal(
    paths.join(' '),
    '--auth-token --ca --header --header --header --header --header ' +
      '--max-frame --nodes --param --param --transport --vsn',
  );
  assert.equal(problems.filter(({ hint }) => /--auth-token/.test(hint ?? '')).length, 1);
});

test('never repeats what may be secret', () => {
  const typed = { param: ['hush', '=hush'], header: ['hush', 'x: hush\nhush', 'Host: hush'] };
  const problems = problemsOf(typed);
  assert.equal(problems.length, 5);
  assert.doesNotMatch(JSON.stringify(problems), /hush/);
});

test('an authority is believed only where there is TLS, and must be one', () => {
  const file = join(folder, 'key.pem');
  writeFileSync(file, '-----BEGIN PRIVATE KEY-----');
  assert.match(problemsOf({ ca: file })[0]?.wanted ?? '', /BEGIN CERTIFICATE/);
  assert.match(problemsOf({ ca: file }, 'ws://127.0.0.1/?token=hush')[0]?.wanted ?? '', /wss:/);
  assert.doesNotMatch(JSON.stringify(problemsOf({ ca: file }, 'ws://127.0.0.1/?token=hush')), /hush/);
  const alone = new FlagReader({ ca: file });
  readTarget(alone, undefined);
  assert.match(alone.problems[0]?.wanted ?? '', /wss:/);
});
