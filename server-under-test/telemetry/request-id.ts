import { randomBytes } from 'node:crypto';
import type { Logger } from './logger.ts';

const ID_BYTES = 15;

/** A name for one connection in the log, 20 characters as Plug.RequestId makes them; null when nothing would show it. */
export function requestIdFor(logger: Logger): string | null {
  return logger.wants('info') ? randomBytes(ID_BYTES).toString('base64url') : null;
}
