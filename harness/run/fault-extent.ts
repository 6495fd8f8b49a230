/** How far a fault reached: how many it hit, the steps by which it rose, or that it was left out. */
import type { FaultSpan } from '../faults/schedule.ts';
import type { FaultLeftOut, FaultSummary } from '../record/run-record.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import { stepText } from '../scenario/ramp.ts';

/** How many a span hit and how it rose, as far as either is known. */
export function extentOf({ fault, hit, steps = [] }: FaultSpan): Pick<FaultSummary, 'hit' | 'ramp'> {
  const { ramp } = fault;
  const extent = hit === undefined ? {} : { hit };
  if (ramp === undefined) return extent;
  const { param, overMs } = ramp;
  const told = steps.map(({ atMs, value }) => ({ atMs, value, text: stepText(ramp, value) }));
  return { ...extent, ramp: { param, overMs: Math.round(overMs), steps: told } };
}

/** The faults that are not in the schedule, each with its reason. */
export function leftOutOf(
  faults: readonly PlannedFault[],
  lacks: ReadonlyMap<string, { got: string }>,
): FaultLeftOut[] {
  return faults.flatMap(({ id, kind, name }) => {
    const lack = lacks.get(id);
    return lack === undefined ? [] : [{ id, kind, name, why: lack.got }];
  });
}

/** What a step of a span is called on the timeline: `slow joins: 40 %`. */
export function stepName({ fault: { name, ramp }, steps }: FaultSpan): string {
  const last = steps?.at(-1);
  return ramp === undefined || last === undefined ? name : `${name}: ${stepText(ramp, last.value)}`;
}
