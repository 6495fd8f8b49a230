/**
 * Heartbeats are not written, though the client believes they were: after its
 * 30 s without an answer it closes and connects anew (phoenix-semantics 6.2).
 */
import { withoutHeartbeats } from '../../wire/frame-filters.ts';
import type { Condition } from '../../wire/rough-link.ts';
import { lasting } from './lasting.ts';

const MUTE: Condition = { filter: withoutHeartbeats };

export const heartbeatLoss = lasting(() => () => MUTE);
