/** Channels outlive their clients (phoenix-semantics 2.9). */
import { askedOfServer } from '../fault.ts';

export const zombie = askedOfServer(({ topic, ms }) => ({ topic: String(topic), ms: Number(ms) }));
