/** A presence tracker shard dies, and the channels it tracks with it (phoenix-semantics 3.5). */
import { askedOfServer } from '../fault.ts';

export const trackerShardKill = askedOfServer(() => ({}));
