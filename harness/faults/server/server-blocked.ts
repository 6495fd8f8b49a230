/** A named server takes its time for every call: callers give up, it works on (phoenix-semantics 3.4). */
import { askedOfServer } from '../fault.ts';

export const serverBlocked = askedOfServer(({ delayMs, server }) => ({
  delay_ms: Number(delayMs),
  server: String(server),
}));
