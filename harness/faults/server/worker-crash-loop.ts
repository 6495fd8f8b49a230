/** A permanent worker crashes over and over, and above 3 in 5 s its supervisor with it (phoenix-semantics 3.7). */
import { askedOfServer } from '../fault.ts';

export const workerCrashLoop = askedOfServer(({ everyMs, strategy, server }) => ({
  every_ms: Number(everyMs),
  strategy: String(strategy),
  server: String(server),
}));
