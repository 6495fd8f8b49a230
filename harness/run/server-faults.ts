/**
 * What the faults of a plan ask of a server: a control port, and nodes enough. One that cannot
 * be had is refused by name, or left out with a note where the scenario says so.
 */
import { EXIT, FiredrillError, type Problem } from '../base/errors.ts';
import { nodesNeeded } from '../faults/process/nodes-needed.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import type { LeftOut } from './open-lab.ts';

/** Refuses (114) what is asked of a control port where there is none. */
export function refuseWithoutControl(faults: readonly PlannedFault[], control: string | null): void {
  const problems = askedOfControl(faults, control)
    .filter(({ isOptional }) => !isOptional)
    .map(({ id }): Problem => ({
      code: 'fault-needs-control-port',
      path: `faults ${id}`,
      got: 'a target without a control port',
      wanted: 'the bundled server, or its control port by --control',
      hint: '--control http://127.0.0.1:4001',
    }));
  if (problems.length > 0) throw new FiredrillError(EXIT.unreachable, problems);
}

/** The optional ones of these, each with its reason and a note. */
export function leftOutWithoutControl(
  faults: readonly PlannedFault[],
  control: string | null,
  onNote: (note: string) => void,
): LeftOut {
  return leaveOut(askedOfControl(faults, control), () => 'a target without a control port', onNote);
}

/** Nodes of a server that we start: those asked for, else what the machine likes and the faults need. */
export function nodesFor(
  faults: readonly PlannedFault[],
  asked: number | undefined,
  fitting: number,
): number {
  return asked ?? Math.max(fitting, ...faults.map(nodesNeeded));
}

/** Refuses (104) what needs more nodes than were asked for; optional ones are left out with a note. */
export function leftOutForNodes(
  faults: readonly PlannedFault[],
  nodes: number,
  onNote: (note: string) => void,
): LeftOut {
  const lacking = faults.filter((fault) => nodesNeeded(fault) > nodes);
  const got = nodes === 1 ? 'a server of 1 node' : `a server of ${nodes} nodes`;
  const problems = lacking
    .filter(({ isOptional }) => !isOptional)
    .map((fault): Problem => ({
      code: 'fault-needs-nodes',
      path: `faults ${fault.id}`,
      got,
      wanted: `${nodesNeeded(fault)} nodes or more`,
      hint: `--nodes ${nodesNeeded(fault)}`,
    }));
  if (problems.length > 0) throw new FiredrillError(EXIT.invalid, problems);
  return leaveOut(lacking, (fault) => `${got}, where it needs ${nodesNeeded(fault)}`, onNote);
}

function askedOfControl(faults: readonly PlannedFault[], control: string | null): PlannedFault[] {
  if (control !== null) return [];
  return faults.filter(({ side }) => side === 'server' || side === 'process');
}

function leaveOut(
  faults: readonly PlannedFault[],
  why: (fault: PlannedFault) => string,
  onNote: (note: string) => void,
): LeftOut {
  for (const fault of faults) onNote(`${fault.name} left out (faults ${fault.id}): ${why(fault)}`);
  return new Map(faults.map((fault) => [fault.id, why(fault)]));
}
