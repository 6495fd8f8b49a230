import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../config/rules.ts';
import { isSameSecret } from '../phoenix/same-secret.ts';
import { Refusal } from './answer.ts';

const BEARER = /^bearer +(\S+)$/i;

/** As `isLoopback`, for a name as URLs have it. */
function isLoopbackName(hostname: string): boolean {
  return isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));
}

/** The host and port of a Host header; null when it is none. */
function readAuthority(text: string): { host: string; hostname: string } | null {
  const parsed = URL.parse(`http://${text}`);
  const isBare = parsed !== null && parsed.pathname === '/' && parsed.username === '' && !/[/?#@]/.test(text);
  return isBare ? { host: parsed.host, hostname: parsed.hostname } : null;
}

/**
 * Who may use the control port.
 *
 * On loopback a web page in a browser of this machine is the danger: it may send to any port here, under its own Origin, or
 * under a name of its own that it had resolved to 127.0.0.1. Elsewhere everybody is, and a token is asked for.
 */
export class ControlGuard {
  private readonly token: string | null;
  private loopback = true;

  constructor(token: string | null) {
    this.token = token;
  }

  /** Takes the address in use; throws when it is no loopback one and there is no token. */
  bindTo(host: string): void {
    this.loopback = isLoopback(host);
    if (this.loopback || this.token !== null) return;
    const text = `a control port on ${host} without a token; hint: give it one, or keep it on 127.0.0.1`;
    throw Object.assign(new Error(text), { code: 'control_token' });
  }

  /** Throws a Refusal: 403 for a foreign Host or Origin; 401 without the token where one is set, but not for what is open to all. */
  check(headers: IncomingHttpHeaders, isOpen: boolean): void {
    const authority = readAuthority(headers.host ?? '');
    if (this.loopback && headers.host !== undefined && !isLoopbackName(authority?.hostname ?? '')) {
      throw new Refusal(403, { path: 'host', got: headers.host, wanted: 'a name of this machine' });
    }
    const { origin } = headers;
    if (origin !== undefined && (authority === null || URL.parse(origin)?.host !== authority.host)) {
      throw new Refusal(403, { path: 'origin', got: origin, wanted: 'no request of a web page' });
    }
    if (this.token === null || isOpen) return;
    const given = BEARER.exec(headers.authorization ?? '')?.[1];
    if (given !== undefined && isSameSecret(given, this.token)) return;
    const got = given === undefined ? null : 'another token';
    const problem = { path: 'authorization', got, wanted: 'Bearer and the token of this control port' };
    throw new Refusal(401, problem, { 'www-authenticate': 'Bearer' });
  }
}
