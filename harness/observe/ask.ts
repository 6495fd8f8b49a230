/** One question to a control port: JSON over HTTP, bounded in time and size. */
import { get, type Agent } from 'node:http';
import type { Clock } from '../base/clock.ts';

const MOST_BYTES = 8_000_000;

export type Asking = { clock: Clock; agent: Agent; token: string | undefined; timeoutMs: number };

/** Why there was no usable answer, in words; `status` when there was one of HTTP. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly status: number | null;

  constructor(message: string, status: number | null = null) {
    super(message);
    this.status = status;
  }
}

/** The JSON at that URL; rejects with `NoAnswer`. Redirects are not followed: they would carry the token away. */
export async function askJson(url: URL, { clock, agent, token, timeoutMs }: Asking): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const request = get(url, { agent, headers }, (response) => {
    const status = response.statusCode ?? 0;
    if (status !== 200) {
      request.destroy(new NoAnswer(`GET ${url.pathname} was answered with status ${status}`, status));
      return;
    }
    const parts: Buffer[] = [];
    let size = 0;
    response.on('data', (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size > MOST_BYTES)
        request.destroy(new NoAnswer(`the answer is larger than ${MOST_BYTES / 1e6} MB`));
    });
    response.once('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    response.once('error', reject);
  });
  const alarm = clock.at(clock.nowUs() + timeoutMs * 1e3, () => {
    request.destroy(new NoAnswer(`no answer within ${timeoutMs} ms`));
  });
  request.once('error', reject);
  let text: string;
  try {
    text = await promise;
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new NoAnswer(code ?? message);
  } finally {
    alarm.cancel();
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new NoAnswer(`GET ${url.pathname} was answered with something that is no JSON`);
  }
}
