/**
 * The upgrade, canned: one request, one verified answer. No HTTP client is
 * involved, which halves the CPU of a connect; permessage-deflate is never offered.
 */
import { createHash } from 'node:crypto';

// One key for all: it proves that the peer speaks WebSocket, it is no secret.
const KEY = Buffer.from('firedrill-client').toString('base64');
const ACCEPT = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

/** The longest response head that is waited for, in bytes. */
export const MAX_HEAD_BYTES = 16_384;

/** The bytes of an upgrade request; `path` carries its query. */
export function upgradeRequest(host: string, path: string): Buffer {
  return Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
    'latin1',
  );
}

/** Where the head of an HTTP response ends (the first byte after the blank line), or −1. */
export function headEnd(buffer: Buffer, from: number, to: number): number {
  const at = buffer.subarray(from, to).indexOf('\r\n\r\n');
  return at < 0 ? -1 : from + at + 4;
}

/** Why a response head is no upgrade of ours, or null when it is one. */
export function refusalOf(head: string): string | null {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  if (status === undefined) return 'no HTTP answer';
  if (status !== '101') return `HTTP ${status}`;
  const accept = /\r\nsec-websocket-accept:[ \t]*([^\r\n]*?)[ \t]*\r\n/i.exec(head)?.[1];
  if (accept !== ACCEPT) return 'wrong Sec-WebSocket-Accept';
  if (/\r\nsec-websocket-extensions:/i.test(head)) return 'an extension nobody offered';
  return null;
}
