/** HTTP as the cases need it: statuses of odd upgrades, long-poll, the control port. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../base/clock.ts';
import { headEnd } from '../wire/handshake.ts';
import { clip, dial, withoutToken, type WireLog } from './raw-client.ts';
import { hostAndPort, type Address } from './target.ts';

export type HttpAnswer = { status: number; body: Buffer };

const STATUS_US = 5e6;
const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

/** The status a bare request is answered with; `headers` are lines, each with its CRLF. */
export function statusOf(
  { clock, target, log }: { clock: Clock; target: Address; log: WireLog },
  { method = 'GET', path, headers = UPGRADE }: { method?: string; path: string; headers?: string },
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const socket = dial(target);
  const alarm = clock.at(clock.nowUs() + STATUS_US, () =>
    reject(new Error(`${method} ${withoutToken(path)}: no answer`)),
  );
  let head: Buffer = Buffer.alloc(0);
  log('>', `${method} ${withoutToken(path)} ${headers.replaceAll('\r\n', ' · ')}`);
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${hostAndPort(target)}\r\n${headers}\r\n`);
  socket.on('data', (chunk: Buffer) => {
    head = Buffer.concat([head, chunk]);
    if (headEnd(head, 0, head.length) < 0) return;
    const line = head.toString('latin1').split('\r\n', 1)[0] ?? '';
    log('<', line);
    resolve(Number(/^HTTP\/1\.[01] (\d{3})/.exec(line)?.[1] ?? 0));
  });
  socket.on('error', reject);
  socket.on('close', () =>
    reject(new Error(`${method} ${withoutToken(path)}: the connection ended without an answer`)),
  );
  return promise.finally(() => {
    alarm.cancel();
    socket.destroy();
  });
}

/** Lines of a valid upgrade with further ones behind. */
export function upgradeWith(...lines: readonly string[]): string {
  return UPGRADE + lines.map((line) => `${line}\r\n`).join('');
}

/** One request by URL; rejects when there is no answer within `withinMs`. */
export function ask(
  url: string,
  log: WireLog,
  options: { method: string; body?: string; contentType?: string; withinMs: number; ca?: string },
): Promise<HttpAnswer> {
  const { method, body, contentType = 'application/json', withinMs, ca } = options;
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const { pathname, search } = new URL(url);
  log('>', `${method} ${pathname}${withoutToken(search)} ${body ?? ''}`);
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const headers = body === undefined ? {} : { 'content-type': contentType };
  const trust = ca === undefined ? {} : { ca };
  const outgoing = send(url, { method, timeout: withinMs, headers, agent: false, ...trust }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      const answer = { status: response.statusCode ?? 0, body: Buffer.concat(chunks) };
      log('<', `HTTP ${answer.status} ${clip(answer.body.toString('utf8'))}`);
      resolve(answer);
    });
  });
  outgoing.on('timeout', () =>
    outgoing.destroy(new Error(`${method} ${pathname}: no answer in ${withinMs} ms`)),
  );
  outgoing.on('error', reject);
  outgoing.end(body);
  return promise;
}
