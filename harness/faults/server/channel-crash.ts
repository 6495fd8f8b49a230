/** Channels raise, a share of them in each round (phoenix-semantics 2.7). */
import { askedOfServer } from '../fault.ts';

export const channelCrash = askedOfServer(({ topic, everyMs }) => ({
  topic: String(topic),
  every_ms: Number(everyMs),
}));
