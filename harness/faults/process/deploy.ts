/** Node by node is drained (1012), stopped and started anew (phoenix-semantics 2.12). */
import { askedOfServer } from '../fault.ts';

export const deploy = askedOfServer(({ drainMs, pauseMs }) => ({
  drain_ms: Number(drainMs),
  pause_ms: Number(pauseMs),
}));
