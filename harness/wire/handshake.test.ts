import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { headEnd, readUpgrade, refusalOf, strangerOf, upgradeProblem, upgradeRequest } from './handshake.ts';
import { anyText } from './testing/any-text.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function requestHeaders(): Map<string, string> {
  const [, ...lines] = upgradeRequest('h:1', '/s').toString('latin1').split('\r\n');
  return new Map(lines.filter((line) => line !== '').map((line) => line.split(': ', 2) as [string, string]));
}

const accept = createHash('sha1')
  .update(`${requestHeaders().get('Sec-WebSocket-Key')}${GUID}`)
  .digest('base64');

function head(headers: Record<string, string> = {}, status = 'HTTP/1.1 101 Switching Protocols'): string {
  const all = {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': accept,
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `${[status, ...lines].join('\r\n')}\r\n\r\n`;
}

test('asks for version 13 with a key of 16 bytes, and offers no extension', () => {
  const request = upgradeRequest('127.0.0.1:4000', '/socket/websocket?vsn=2.0.0').toString('latin1');
  assert.match(request, /^GET \/socket\/websocket\?vsn=2\.0\.0 HTTP\/1\.1\r\nHost: 127\.0\.0\.1:4000\r\n/);
  assert.ok(request.endsWith('\r\n\r\n'));
  const headers = requestHeaders();
  assert.equal(headers.get('Sec-WebSocket-Version'), '13');
  assert.equal(headers.get('Upgrade'), 'websocket');
  assert.equal(headers.get('Connection'), 'Upgrade');
  assert.equal(Buffer.from(headers.get('Sec-WebSocket-Key') ?? '', 'base64').length, 16);
  assert.equal(headers.has('Sec-WebSocket-Extensions'), false);
});

test('takes an upgrade that proves it read our key, however its headers are written', () => {
  assert.equal(refusalOf(head()), null);
  assert.equal(refusalOf(head({}, 'HTTP/1.1 101')), null);
  assert.equal(refusalOf(head().replace('Sec-WebSocket-Accept: ', 'sec-websocket-accept:\t ')), null);
  assert.equal(refusalOf(head().replace(`${accept}\r\n`, `${accept}  \r\n`)), null);
});

test('a refusal names its status', () => {
  assert.equal(refusalOf('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'), 'HTTP 403');
  assert.equal(refusalOf('HTTP/1.0 429 Too Many Requests\r\n\r\n'), 'HTTP 429');
  assert.equal(refusalOf(head({}, 'HTTP/1.1 200 OK')), 'HTTP 200');
});

test('an answer in another tongue is no HTTP', () => {
  for (const text of [
    'SSH-2.0-OpenSSH_9.9\r\n\r\n',
    '\r\n\r\n',
    'HTTP/2 101\r\n\r\n',
    ' HTTP/1.1 101 x\r\n\r\n',
  ]) {
    assert.equal(refusalOf(text), 'no HTTP answer');
  }
});

test('a wrong, missing or lengthened proof is refused', () => {
  const wrong = 'wrong Sec-WebSocket-Accept';
  assert.equal(refusalOf(head({ 'Sec-WebSocket-Accept': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' })), wrong);
  assert.equal(refusalOf(head({ 'Sec-WebSocket-Accept': `${accept}x` })), wrong);
  assert.equal(refusalOf(head({ 'Sec-WebSocket-Accept': accept.toLowerCase() })), wrong);
  assert.equal(refusalOf(head().replace(/Sec-WebSocket-Accept.*\r\n/, '')), wrong);
});

test('an upgrade to something else, or none, is refused whatever it proves', () => {
  const none = '101 without Upgrade: websocket';
  assert.equal(refusalOf(head({ Upgrade: 'h2c' })), none);
  assert.equal(refusalOf(head({ Connection: 'close' })), none);
  assert.equal(refusalOf(head().replace(/Upgrade: websocket\r\n/, '')), none);
  assert.equal(refusalOf(head({ Upgrade: 'WebSocket', Connection: 'keep-alive, UPGRADE' })), null);
});

test('a subprotocol must be one that was offered; none at all is a choice too', () => {
  const chosen = (name: string): string => head({ 'Sec-WebSocket-Protocol': name });
  const request = upgradeRequest('h', '/', {}, ['phoenix', 'base64url.bearer.phx.dG9r']);
  assert.equal(refusalOf(chosen('phoenix'), request), null);
  assert.equal(refusalOf(head(), request), null);
  assert.equal(refusalOf(chosen('Phoenix'), request), 'a subprotocol nobody offered');
  assert.equal(refusalOf(chosen('constructor'), request), 'a subprotocol nobody offered');
  assert.equal(refusalOf(chosen('phoenix'), upgradeRequest('h', '/')), 'a subprotocol nobody offered');
  assert.equal(refusalOf(chosen('phoenix')), 'a subprotocol nobody offered');
});

test('a header of nothing but spaces is read in no time, however long', () => {
  const spaces = ' '.repeat(16_000);
  assert.equal(refusalOf(head({ 'Sec-WebSocket-Accept': `${spaces}x` })), 'wrong Sec-WebSocket-Accept');
  assert.equal(refusalOf(`HTTP/1.1 503 x\r\nRetry-After:${spaces}7\r\n\r\n`), 'HTTP 503, Retry-After 7');
});

test('an extension that nobody asked for is refused', () => {
  const answer = head({ 'Sec-WebSocket-Extensions': 'permessage-deflate' });
  assert.equal(refusalOf(answer), 'an extension nobody offered');
});

test('the head ends behind its blank line, within the bytes that were read', () => {
  const bytes = Buffer.from(`old\r\n\r\n${head()}rest`);
  const from = 7;
  assert.equal(headEnd(bytes, from, bytes.length), bytes.length - 4);
  assert.equal(headEnd(bytes, from, bytes.length - 5), -1);
  assert.equal(headEnd(bytes, 0, bytes.length), 7);
});

test('any request that may be sent is read back from its bytes', () => {
  const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
  const value = fc.stringMatching(/^[\x21-\x7e][\x20-\x7e]{0,20}$/);
  const upgrade = fc.record(
    {
      host: fc.stringMatching(/^[a-z0-9.:]{1,20}$/),
      path: fc.stringMatching(/^\/[\x21-\x7e]{0,30}$/),
      headers: fc.dictionary(
        token.map((name) => `x-${name}`),
        value,
        { noNullPrototype: true },
      ),
      protocols: fc.uniqueArray(token, { maxLength: 3 }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(upgrade, (wanted) => {
      assert.equal(upgradeProblem(wanted), null);
      const { host, path, headers, protocols } = wanted;
      assert.deepEqual(readUpgrade(upgradeRequest(host, path, headers, protocols)), wanted);
    }),
  );
});

test('no header smuggles another one, or a request, into ours', () => {
  fc.assert(
    fc.property(anyText(), anyText(), (name, value) => {
      const headers = Object.fromEntries([[name, value]]);
      if (upgradeProblem({ host: 'h', path: '/', headers, protocols: [] }) !== null) return;
      const bare = upgradeRequest('h', '/').toString('latin1').split('\r\n');
      const lines = upgradeRequest('h', '/', headers).toString('latin1').split('\r\n');
      assert.equal(lines.length, bare.length + 1);
      assert.equal(lines.join('\n').split('\n').length, lines.length);
    }),
  );
  const smuggled = { 'x-a': '1\r\nx-b: 2' };
  assert.equal(
    upgradeProblem({ host: 'h', path: '/', headers: smuggled, protocols: [] }),
    'the value of the header x-a',
  );
});

test('first bytes that cannot begin an answer are told at once', () => {
  const told = (text: string): string | null => {
    const bytes = Buffer.from(`??${text}`, 'latin1');
    return strangerOf(bytes, 2, bytes.length);
  };
  for (const begun of ['', 'H', 'HTTP/1', 'HTTP/1.1 403', '\x15', '\x16'])
    assert.equal(told(begun), null, begun);
  for (const other of ['h', 'HTTP/2 101', 'SSH-2.0', '\r\n', '\x15\x02', '\x17\x03']) {
    assert.equal(told(other), 'no HTTP answer', other);
  }
  for (const tls of ['\x15\x03', '\x16\x03\x01']) assert.equal(told(tls), 'the server speaks TLS');
});
