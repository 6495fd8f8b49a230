/** Looks up a target's host, once per run: the clients are dealt over all its addresses. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { EXIT, FiredrillError } from '../base/errors.ts';
import { explainConnection } from '../explain/explain-refusal.ts';
import { isLoopback, type TargetUrl } from './url.ts';

/** More than this of one name are not loaded. */
const MOST_ADDRESSES = 64;
const LOOPBACK = ['127.0.0.1', '::1'];

/** All addresses of a name, in the resolver's order; rejects with its error. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const systemResolve: Resolve = async (host) => {
  const found = await lookup(host, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
};

/**
 * The host's addresses, each once. What was allowed is the name, so whatever it
 * resolves to is loaded; but a name of loopback never leads elsewhere (RFC 6761).
 * `FiredrillError` 114 when it does not resolve.
 */
export async function lookUp(target: TargetUrl, resolve: Resolve = systemResolve): Promise<string[]> {
  if (isIP(target.host) !== 0) return [target.host];
  if (target.loopback) {
    // Few resolvers know `chat.localhost`; and what the hosts file says of localhost is believed only so far.
    const found = await resolve('localhost').catch(() => LOOPBACK);
    const own = found.filter(isLoopback);
    return [...new Set(own.length === 0 ? LOOPBACK : own)];
  }
  try {
    return [...new Set(await resolve(target.host))].slice(0, MOST_ADDRESSES);
  } catch (error) {
    const got = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new FiredrillError(EXIT.unreachable, [
      {
        code: 'target-unreachable',
        path: target.display,
        got,
        wanted: 'a host name that resolves',
        hint: explainConnection(got).tryThis.join('\n          '),
      },
    ]);
  }
}
