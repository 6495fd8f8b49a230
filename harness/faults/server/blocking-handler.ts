/** handle_in waits in a share of the topics; each channel's mailbox waits with it (phoenix-semantics 3.1). */
import { askedOfServer } from '../fault.ts';

export const blockingHandler = askedOfServer(({ delayMs, topic }) => ({
  delay_ms: Number(delayMs),
  topic: String(topic),
}));
