/** Each handle_in leaves bytes behind in its channel's state. */
import { askedOfServer } from '../fault.ts';

export const stateLeak = askedOfServer(({ topic, bytes }) => ({
  topic: String(topic),
  bytes: Number(bytes),
}));
