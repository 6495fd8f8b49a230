/** Node processes are stopped, and go on at the lift: connections stand, nobody answers. */
import { askedOfServer } from '../fault.ts';

export const nodePause = askedOfServer(({ nodes }) => ({ nodes: Number(nodes) }));
