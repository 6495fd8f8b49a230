/** A PubSub Registry partition dies, and every subscriber with it (phoenix-semantics 3.5, 3.8). */
import { askedOfServer } from '../fault.ts';

export const registryPartitionKill = askedOfServer(() => ({}));
