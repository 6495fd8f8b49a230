/** Node processes are killed and started again; their clients come back to whoever listens. */
import { askedOfServer } from '../fault.ts';

export const nodeKill = askedOfServer(({ nodes, restartAfterMs }) => ({
  nodes: Number(nodes),
  restart_after_ms: Number(restartAfterMs),
}));
