/** Broadcasts of one event pass through every subscribed channel process (phoenix-semantics 4.1). */
import { askedOfServer } from '../fault.ts';

export const intercept = askedOfServer(({ event, topic }) => ({
  event: String(event),
  topic: String(topic),
}));
