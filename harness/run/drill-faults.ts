/** A drill is about its faults: one whose faults are all left out is refused before any load. */
import { EXIT, FiredrillError, type Problem } from '../base/errors.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import type { LeftOut } from './open-lab.ts';

/** Refuses (114) with what each fault lacks and what would help; one that stays is enough. */
export function refuseWithoutFaults(faults: readonly PlannedFault[], leftOut: LeftOut): void {
  if (faults.some(({ id }) => !leftOut.has(id))) return;
  const none: Problem = {
    code: 'no-fault-possible',
    path: 'faults',
    got: faults.length === 1 ? 'the only one would be left out' : `all ${faults.length} would be left out`,
    wanted: 'a fault to be drilled with; what each lacks is told below',
    hint: 'firedrill run runs the load without them',
  };
  throw new FiredrillError(EXIT.unreachable, [none, ...faults.flatMap(({ id }) => leftOut.get(id) ?? [])]);
}
