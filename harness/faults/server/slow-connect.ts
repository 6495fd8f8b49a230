/** connect/3 takes its time: upgrades are answered late, each by itself (phoenix-semantics 2.2, 3.1). */
import { askedOfServer } from '../fault.ts';

export const slowConnect = askedOfServer(({ delayMs }) => ({ delay_ms: Number(delayMs) }));
