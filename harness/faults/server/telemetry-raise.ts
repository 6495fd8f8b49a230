/** A telemetry handler raises and is detached (phoenix-semantics 7.1). */
import { askedOfServer } from '../fault.ts';

export const telemetryRaise = askedOfServer(({ event }) => ({ event: String(event) }));
