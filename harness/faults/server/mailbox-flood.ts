/** Channels get messages faster than they handle them (phoenix-semantics 3.2). */
import { askedOfServer } from '../fault.ts';

export const mailboxFlood = askedOfServer(({ topic, messages, ms }) => ({
  topic: String(topic),
  messages: Number(messages),
  ms: Number(ms),
}));
