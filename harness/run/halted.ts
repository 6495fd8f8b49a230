/** A run that was ended from another terminal, told apart from one that a signal ended. */
import type { RunJournal } from './run-journal.ts';

/** The reason such an interrupt is aborted with. */
export const HALTED = 'halted from another terminal';

/** Says who ended the run before its time, if anybody did. */
export function noteInterrupt(interrupt: AbortSignal, journal: RunJournal): void {
  if (!interrupt.aborted) return;
  if (interrupt.reason === HALTED) journal.stop('halt', HALTED);
  else journal.interrupted();
}
