/**
 * The upgrade, canned: one request, one verified answer. No HTTP client is
 * involved, which halves the CPU of a connect; permessage-deflate is never offered.
 */
import { createHash } from 'node:crypto';
import { httpOutcome, OUTCOME } from './outcome-words.ts';
import type { Upgrade } from './transport.ts';

// One key for all: it proves that the peer speaks WebSocket, it is no secret.
const KEY = Buffer.from('firedrill-client').toString('base64');
const ACCEPT = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

/** The longest response head that is waited for, in bytes. */
export const MAX_HEAD_BYTES = 16_384;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Headers that are the handshake's own. */
const OWN_HEADER = /^(?:host|connection|upgrade|content-length|transfer-encoding|sec-websocket-.*)$/i;
// What may stand in a header's value (RFC 9110 5.5): no CR, no LF, nothing that one byte cannot hold.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The bytes of an upgrade request; `path` carries its query. Whoever sends many alike keeps them. */
export function upgradeRequest(
  host: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  protocols: readonly string[] = [],
): Buffer {
  let further = '';
  for (const [name, value] of Object.entries(headers)) further += `${name}: ${value}\r\n`;
  if (protocols.length > 0) further += `Sec-WebSocket-Protocol: ${protocols.join(', ')}\r\n`;
  return Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n${further}\r\n`,
    'latin1',
  );
}

/** What cannot be sent of an upgrade, in words without its values, or null: a value may be a secret. */
export function upgradeProblem({ host, path, headers, protocols }: Upgrade): string | null {
  if (!/^[\x21-\x7e]+$/.test(host)) return 'the Host header';
  if (!/^\/[\x21-\x7e]*$/.test(path)) return 'the path';
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name)) return 'the name of a header';
    if (OWN_HEADER.test(name)) return `the header ${name}, which is the handshake's own`;
    if (!VALUE.test(value)) return `the value of the header ${name}`;
  }
  if (new Set(protocols).size < protocols.length) return 'a subprotocol offered twice';
  return protocols.every((protocol) => TOKEN.test(protocol)) ? null : 'the name of a subprotocol';
}

/** Reads a canned request back into what it asks for. */
export function readUpgrade(request: Buffer): Upgrade {
  const [start = '', ...lines] = request.toString('latin1').split('\r\n');
  const headers: Record<string, string> = {};
  const upgrade = { host: '', path: start.split(' ')[1] ?? '/', headers, protocols: [] as string[] };
  for (const line of lines) {
    const colon = line.indexOf(': ');
    const name = line.slice(0, Math.max(colon, 0));
    const value = line.slice(colon + 2);
    if (/^host$/i.test(name)) upgrade.host = value;
    else if (/^sec-websocket-protocol$/i.test(name)) upgrade.protocols = value.split(', ');
    else if (name !== '' && !OWN_HEADER.test(name)) headers[name] = value;
  }
  return upgrade;
}

/** Where the head of an HTTP response ends (the first byte after the blank line), or −1. */
export function headEnd(buffer: Buffer, from: number, to: number): number {
  const at = buffer.subarray(from, to).indexOf('\r\n\r\n');
  return at < 0 ? -1 : from + at + 4;
}

/** What the first bytes give away before a head is whole, or null when they may begin one. */
export function strangerOf(buffer: Buffer, from: number, to: number): string | null {
  // An alert or a handshake record of TLS: it was asked in plain.
  if (to - from >= 2 && (buffer[from] === 0x15 || buffer[from] === 0x16) && buffer[from + 1] === 0x03) {
    return OUTCOME.speaksTls;
  }
  for (let at = from; at < to && at - from < HTTP.length; at++) {
    const isTlsSoFar = to - from === 1 && (buffer[at] === 0x15 || buffer[at] === 0x16);
    if (buffer[at] !== HTTP[at - from] && !isTlsSoFar) return OUTCOME.notHttp;
  }
  return null;
}

const HTTP = Buffer.from('HTTP/1.');

/** Why a response head is no upgrade of ours, or null when it is one; `request` is what it answers. */
export function refusalOf(head: string, request: Buffer | null = null): string | null {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  if (status === undefined) return OUTCOME.notHttp;
  if (status !== '101') return httpOutcome(status, headerOf(head, RETRY_AFTER), headerOf(head, LOCATION));
  if (!/\r\nupgrade:[^\r\n]*\bwebsocket\b/i.test(head) || !/\r\nconnection:[^\r\n]*\bupgrade\b/i.test(head)) {
    return OUTCOME.noUpgrade;
  }
  if (headerOf(head, ACCEPTED) !== ACCEPT) return OUTCOME.wrongAccept;
  if (/\r\nsec-websocket-extensions:/i.test(head)) return OUTCOME.extension;
  const protocol = headerOf(head, PROTOCOL);
  if (protocol === undefined) return null;
  const offered = request === null ? [] : readUpgrade(request).protocols;
  return offered.includes(protocol) ? null : OUTCOME.subprotocol;
}

// The spaces around a value are trimmed afterwards: a pattern that does it is quadratic in their number.
const RETRY_AFTER = /\r\nretry-after:([^\r\n]*)/i;
const LOCATION = /\r\nlocation:([^\r\n]*)/i;
const ACCEPTED = /\r\nsec-websocket-accept:([^\r\n]*)/i;
const PROTOCOL = /\r\nsec-websocket-protocol:([^\r\n]*)/i;

function headerOf(head: string, pattern: RegExp): string | undefined {
  return pattern.exec(head)?.[1]?.trim();
}

/** The request of an upgrade; throws a `TypeError` when it cannot be sent. */
export function requestOf(upgrade: Upgrade): Buffer {
  const problem = upgradeProblem(upgrade);
  if (problem !== null) throw new TypeError(problem);
  return upgradeRequest(upgrade.host, upgrade.path, upgrade.headers, upgrade.protocols);
}
