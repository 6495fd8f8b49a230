/** The nodes' mesh is cut in two: broadcasts and presences do not cross (phoenix-semantics 5.1, 5.2). */
import { askedOfServer } from '../fault.ts';

export const netsplit = askedOfServer(({ nodes }) => ({ nodes: Number(nodes) }));
