/**
 * A slow consumer: it reads nothing, and what it sends goes out. The server's
 * send buffer for it fills, then its process blocks (phoenix-semantics 2.13).
 */
import type { Condition } from '../../wire/rough-link.ts';
import { lasting } from './lasting.ts';

const STALLED: Condition = { stopsReading: true };

export const stall = lasting(() => () => STALLED);
