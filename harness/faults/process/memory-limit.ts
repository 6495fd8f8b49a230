/** A node that holds more than it may is killed and started again, as in a container. */
import { askedOfServer } from '../fault.ts';

export const memoryLimit = askedOfServer(({ mb, restartAfterMs }) => ({
  mb: Number(mb),
  restart_after_ms: Number(restartAfterMs),
}));
