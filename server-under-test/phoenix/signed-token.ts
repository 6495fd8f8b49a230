import { createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

/** `HS256`, as Plug names the algorithm in front of a token. */
const ALGORITHM = 'SFMyNTY';
const ITERATIONS = 1_000;
const KEY_BYTES = 32;

/** Derives a key from SECRET_KEY_BASE as Plug.Crypto.KeyGenerator does; another salt is another key. */
export function signingKey(secretKeyBase: string, salt: string): string {
  return pbkdf2Sync(secretKeyBase, salt, ITERATIONS, KEY_BYTES, 'sha256').toString('base64');
}

function signatureOf(text: string, key: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** A token that carries `data`, readable by all and forgeable by nobody without the key. `nowMs` is wall time. */
export function sign(data: string, key: string, nowMs: number): string {
  const payload = Buffer.from(JSON.stringify([data, Math.trunc(nowMs)])).toString('base64url');
  const text = `${ALGORITHM}.${payload}`;
  return `${text}.${signatureOf(text, key)}`;
}

/** The data of a token; null when it is forged, malformed, or older than `maxAgeS`. */
export function verify(token: string, key: string, nowMs: number, maxAgeS: number): string | null {
  const end = token.lastIndexOf('.');
  const text = token.slice(0, Math.max(end, 0));
  const given = Buffer.from(token.slice(end + 1));
  const wanted = Buffer.from(signatureOf(text, key));
  // Compared as texts: a second spelling of the same bytes is another token.
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  if (!text.startsWith(`${ALGORITHM}.`)) return null;
  const payload = Buffer.from(text.slice(ALGORITHM.length + 1), 'base64url').toString('utf8');
  const [data, signedMs] = JSON.parse(payload) as [string, number];
  return signedMs + Math.trunc(maxAgeS * 1_000) < nowMs ? null : data;
}
