/** Faults that could not be lifted, each with what is still on and how it is taken off. */
import type { FaultSpan } from '../faults/schedule.ts';
import { undoWords, type UndoPlace } from '../faults/undo-words.ts';
import type { RunFacts } from '../judge/verdict.ts';
import type { FaultSummary } from '../record/run-record.ts';
import type { OpenTarget } from './open-target.ts';

/** Where the faults of a run on this target are. */
export function undoPlace(
  target: Pick<OpenTarget, 'control' | 'controlToken' | 'nodes' | 'ground'>,
): UndoPlace {
  return {
    control: target.control,
    wantsToken: target.controlToken !== null,
    isOwnServer: target.nodes !== null,
    namespace: target.ground.lab?.prefix.at(-1) ?? null,
    pid: process.pid,
  };
}

/** Writes it down with each fault, and hands it on for the verdict. */
export function undoNotLifted(
  notLifted: readonly FaultSpan[],
  faults: readonly FaultSummary[],
  target: Parameters<typeof undoPlace>[0],
): RunFacts['faultsNotLifted'] {
  const place = undoPlace(target);
  return notLifted.map((span) => {
    const undo = undoWords(span, place);
    const summary = faults.find(({ id }) => id === span.fault.id);
    if (summary) summary.undo = undo;
    return { name: span.fault.name, undo };
  });
}
