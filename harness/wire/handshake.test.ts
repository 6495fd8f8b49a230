import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { headEnd, refusalOf, upgradeRequest } from './handshake.ts';

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
  assert.equal(refusalOf('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'), wrong);
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
