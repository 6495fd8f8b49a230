import type { IncomingMessage } from 'node:http';
import type { Envelope } from './session-call.ts';

/** Plug's own limit for a body. */
const LARGEST_BODY_BYTES = 8_000_000;
const MOST_LINES = 100;
const LARGEST_LINE_BYTES = 10_000_000;
// No groups: one for each four letters overflows the stack of the matcher on a long line.
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The messages of a POST, or null where the request is refused with 400 (phoenix-semantics 1.9). */
export async function readPost(request: IncomingMessage): Promise<Envelope[] | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LARGEST_BODY_BYTES) chunks.push(chunk);
  }
  if (size > LARGEST_BODY_BYTES) return null;
  const body = Buffer.concat(chunks);
  if (request.headers['content-type'] !== 'application/x-ndjson') return [{ binary: false, payload: body }];
  return readLines(body.toString('utf8'));
}

/** Lines of text messages, which start with `[`, and of base64, an empty one included; lines beyond 100 are ignored. */
export function readLines(body: string): Envelope[] | null {
  const envelopes: Envelope[] = [];
  for (const line of body.split(/\r?\n/).slice(0, MOST_LINES)) {
    if (line.startsWith('[')) {
      envelopes.push({ binary: false, payload: Buffer.from(line) });
      continue;
    }
    if (line.length > LARGEST_LINE_BYTES || line.length % 4 !== 0 || !BASE64.test(line)) return null;
    envelopes.push({ binary: true, payload: Buffer.from(line, 'base64') });
  }
  return envelopes;
}
