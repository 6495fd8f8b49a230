/** Faults that a drill leaves on at its end: what they are left with, and how they end. */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { formatMs } from '../base/units.ts';
import type { FaultSpan } from '../faults/schedule.ts';
import { LEASE_MS, type LeasedFaults } from '../faults/server/lease.ts';
import { undoWords, type UndoPlace } from '../faults/undo-words.ts';
import type { LeftFault } from '../record/drill-record.ts';
import type { PlannedFault } from '../scenario/plan.ts';

export type Leaving = {
  clock: Clock;
  startUs: number;
  place: UndoPlace;
  /** Null where there is no control port. */
  leases: Pick<LeasedFaults, 'leave'> | null;
  note(text: string): void;
};

/**
 * Of the faults that stay on: those on a server that we did not start get the rest of their time there,
 * the others end with the run; each is told.
 */
export async function leaveFaults(spans: readonly FaultSpan[], leaving: Leaving): Promise<LeftFault[]> {
  const left: LeftFault[] = [];
  for (const span of spans) {
    if (span.isLeft !== true) continue;
    const { id, name } = span.fault;
    const { endsBy, byHand } = undoWords(span, leaving.place);
    const one: LeftFault = outlives(span, leaving)
      ? { ...(await leaveOnServer(span, span.handle ?? '', leaving)), byHand }
      : { fault: id, name, untilMs: null, endsBy: endsBy ?? 'it ends with the run', byHand: null };
    left.push(one);
    const hand = one.byHand === null ? '' : `; to end it now: ${one.byHand}`;
    leaving.note(`${name} left on, as rollback says: ${one.endsBy}${hand}`);
  }
  return left;
}

/** Whether it lives on the server, and not on our sockets or in our network. */
export function actsOnServer({ side }: Pick<PlannedFault, 'side'>): boolean {
  return side === 'server' || side === 'process';
}

function outlives({ fault, handle }: FaultSpan, { leases, place }: Leaving): boolean {
  return actsOnServer(fault) && handle !== undefined && leases !== null && !place.isOwnServer;
}

async function leaveOnServer(
  { fault }: FaultSpan,
  handle: string,
  { clock, startUs, leases }: Leaving,
): Promise<Omit<LeftFault, 'byHand'>> {
  const { id, name, atMs, forMs } = fault;
  const untilMs = atMs + forMs;
  const restMs = Math.max(0, untilMs - (clock.nowUs() - startUs) / 1e3);
  const one = { fault: id, name };
  try {
    const isThere = await leases?.leave(handle, restMs);
    return isThere === true
      ? { ...one, untilMs, endsBy: `the server lets go of it in ${formatMs(restMs)}` }
      : { ...one, untilMs: null, endsBy: 'the server has it no more' };
  } catch (error) {
    const why = messageOf(error);
    const endsBy = `the server lets go of it within ${formatMs(LEASE_MS)}, for it could not be given the rest: ${why}`;
    return { ...one, untilMs: null, endsBy };
  }
}
