/** The bundled server's control port (drill contract): JSON over HTTP, short deadlines. */
import { request } from 'node:http';
import { readHits } from '../base/hits.ts';
import type { ServerFault } from '../faults/fault.ts';
import type { FaultWord } from '../faults/server/lease.ts';

const TIMEOUT_MS = 4_000;
/** A lift may have to wait for a node that starts again. */
const LIFT_TIMEOUT_MS = 20_000;
const NOT_FOUND = 404;

/** An answer that is a refusal, with the server's own words. */
class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export class ControlPort {
  readonly #base: string;
  readonly #headers: Record<string, string>;

  /** `token`: what a control port beyond loopback wants to see. */
  constructor(base: string, token: string | null = null) {
    this.#base = base.replace(/\/$/, '');
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    this.#headers = { 'content-type': 'application/json', ...authorization };
  }

  /** Injects a fault and resolves with its id; rejects with the server's words when it is refused. */
  async inject(fault: ServerFault): Promise<string> {
    const { kind, params, share, seed, ttlMs } = fault;
    const answer = await this.#ask('POST', '/faults', {
      kind,
      params,
      share,
      seed,
      ttl_ms: Math.ceil(ttlMs),
    });
    const id = (answer as { id?: unknown } | null)?.id;
    if (typeof id !== 'string' && typeof id !== 'number') throw new Error('the server gave no fault id');
    return String(id);
  }

  /** Gives a fault so much time from now; false when the server has no fault of that id any more. */
  async renew(id: string, ttlMs: number): Promise<boolean> {
    return (await this.#word('PUT', id, { ttl_ms: Math.ceil(ttlMs) })) !== null;
  }

  /** Changes the share of a fault, in place; null when the server has no fault of that id any more. */
  raise(id: string, share: number): Promise<FaultWord | null> {
    return this.#word('PUT', id, { share });
  }

  /** Null when the server has no fault of that id any more. */
  lift(id: string): Promise<FaultWord | null> {
    return this.#word('DELETE', id);
  }

  async #word(method: string, id: string, body?: unknown): Promise<FaultWord | null> {
    try {
      return { hits: readHits(await this.#ask(method, `/faults/${encodeURIComponent(id)}`, body)) };
    } catch (error) {
      if (error instanceof ControlError && error.status === NOT_FOUND) return null;
      throw error;
    }
  }

  #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timeout = method === 'DELETE' ? LIFT_TIMEOUT_MS : TIMEOUT_MS;
    const outgoing = request(
      `${this.#base}${path}`,
      { method, timeout, headers: this.#headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const status = response.statusCode ?? 0;
          if (status >= 400) {
            const words = `${method} ${path}: HTTP ${status} ${text.slice(0, 500)}`;
            return reject(new ControlError(status, words));
          }
          try {
            resolve(text === '' ? null : JSON.parse(text));
          } catch {
            reject(new Error(`${method} ${path}: an answer that is no JSON`));
          }
        });
      },
    );
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error(`${method} ${path}: no answer in ${timeout} ms`)),
    );
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }
}
