import { hash, timingSafeEqual } from 'node:crypto';
import { serializerFor, type Serializer } from './serializer.ts';

/** What an upgrade request says, as Node's parser gives it. */
export interface UpgradeRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What the endpoint checks a request against. */
export interface HandshakeRules {
  readonly path: string;
  /** Connections need `token=<secret>` when set. */
  readonly secret: string | null;
  /** Host an Origin may name beside loopback names. */
  readonly originHost: string;
}

export interface Accepted {
  readonly serializer: Serializer;
  readonly userId: string | null;
  readonly acceptKey: string;
}

export interface Refused {
  readonly status: 400 | 403 | 404;
  /** connect/3 itself refused: that counts as a socket_connected event, a failed vsn does not. */
  readonly byConnect: boolean;
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

function refuse(status: Refused['status'], byConnect = false): Refused {
  return { status, byConnect };
}

function header(request: UpgradeRequest, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

function lists(value: string, token: string): boolean {
  return value.split(',').some((part) => part.trim().toLowerCase() === token);
}

function originAllowed(request: UpgradeRequest, rules: HandshakeRules): boolean {
  const origin = header(request, 'origin');
  if (origin === '') return true;
  const parsed = URL.parse(origin);
  return parsed !== null && (LOOPBACK.has(parsed.hostname) || parsed.hostname === rules.originHost);
}

function tokenMatches(token: string | null, secret: string): boolean {
  // Hashing first makes the lengths equal, which the comparison needs.
  return timingSafeEqual(hash('sha256', token ?? '', 'buffer'), hash('sha256', secret, 'buffer'));
}

/** The last value wins, as in Plug. */
function param(query: URLSearchParams, name: string): string | null {
  return query.getAll(name).at(-1) ?? null;
}

/** Decides on one request (phoenix-semantics 1.1): 404 other path, 400 no upgrade, 403 origin, vsn or connect. */
export function judgeUpgrade(request: UpgradeRequest, rules: HandshakeRules): Accepted | Refused {
  const mark = request.url.indexOf('?');
  const path = mark < 0 ? request.url : request.url.slice(0, mark);
  if (path !== rules.path) return refuse(404);
  const key = header(request, 'sec-websocket-key');
  const upgradable =
    request.method === 'GET' &&
    lists(header(request, 'connection'), 'upgrade') &&
    lists(header(request, 'upgrade'), 'websocket') &&
    header(request, 'sec-websocket-version') === '13' &&
    key !== '';
  if (!upgradable) return refuse(400);
  if (!originAllowed(request, rules)) return refuse(403);
  const query = new URLSearchParams(mark < 0 ? '' : request.url.slice(mark + 1));
  for (const name of query.keys()) if (name.startsWith('vsn[')) return refuse(403);
  const serializer = serializerFor(param(query, 'vsn'));
  if (serializer === null) return refuse(403);
  if (rules.secret !== null && !tokenMatches(param(query, 'token'), rules.secret)) return refuse(403, true);
  return { serializer, userId: param(query, 'user_id'), acceptKey: hash('sha1', key + GUID, 'base64') };
}
