/** The journal of a drill that is over, as `journal.json` holds it. */
import { hostname } from 'node:os';
import { hitWords } from '../base/hits.ts';
import type { FaultSpan } from '../faults/schedule.ts';
import { chaosJournal, type DrilledFault, type DrillFacts } from '../record/chaos-journal.ts';
import type { Summary } from '../record/run-record.ts';
import type { DrillWatch } from './drill-watch.ts';
import type { RunJournal } from './run-journal.ts';

/** Its text. */
export function drillJournal(
  summary: Summary,
  { looks }: Pick<DrillWatch, 'looks'>,
  spans: readonly FaultSpan[],
  journal: Pick<RunJournal, 'isInterrupted' | 'stopped' | 'isCutShort'>,
): string {
  const facts: DrillFacts = {
    summary,
    looks,
    faults: spans.map(toDrilled),
    ended: endOf(journal),
    node: hostname(),
  };
  return `${JSON.stringify(chaosJournal(facts), null, 2)}\n`;
}

/** A drill that stopped itself before its first fault has failed, and was not ended by anybody. */
function endOf({
  isInterrupted,
  stopped,
  isCutShort,
}: Pick<RunJournal, 'isInterrupted' | 'stopped' | 'isCutShort'>): DrillFacts['ended'] {
  if (isInterrupted || stopped?.by === 'halt') return 'interrupted';
  if (stopped?.by === 'drill') return null;
  return isCutShort ? 'aborted' : null;
}

function toDrilled(span: FaultSpan): DrilledFault {
  const { fault, appliedAtMs, liftedAtMs, failure, hit } = span;
  const { name, whom, what, atMs, forMs } = fault;
  return {
    name,
    whom,
    what,
    endMs: atMs + forMs,
    appliedAtMs,
    liftedAtMs,
    failure,
    isCalledOff: span.isCalledOff === true,
    hit: hit === undefined ? null : hitWords(hit),
  };
}
