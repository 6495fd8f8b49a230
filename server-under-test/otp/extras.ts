import type { Bag } from './bag.ts';
import type { ExitReason } from './exit-reason.ts';
import type { Process } from './process.ts';
import type { Trace } from './trace.ts';

/** Told when a process ends, at once and without a mailbox; most of what waits for another process is no process. */
export interface EndHook {
  processEnded(process: Process, reason: ExitReason): void;
}

/** What few processes have; the many pay one empty word for it. */
export class Extras {
  name: string | null = null;
  trace: Trace | null = null;
  hooks: Bag<EndHook> = null;
}
