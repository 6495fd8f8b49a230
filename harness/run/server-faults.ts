/**
 * What the faults of a plan ask of a server: a control port, and nodes enough. One that cannot
 * be had is refused by name, or left out with a note where the scenario says so.
 */
import { EXIT, FiredrillError } from '../base/errors.ts';
import { nodesNeeded } from '../faults/process/nodes-needed.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import type { LeftOut, Missing } from './open-lab.ts';

/** Refuses (114) what is asked of a control port where there is none. */
export function refuseWithoutControl(faults: readonly PlannedFault[], control: string | null): void {
  const problems = askedOfControl(faults, control)
    .filter(({ isOptional }) => !isOptional)
    .map(controlLack);
  if (problems.length > 0) throw new FiredrillError(EXIT.unreachable, problems);
}

/** The optional ones of these, each with its reason and a note. */
export function leftOutWithoutControl(
  faults: readonly PlannedFault[],
  control: string | null,
  onNote: (note: string) => void,
): LeftOut {
  return leaveOut(askedOfControl(faults, control), controlLack, onNote);
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
  const lack = (fault: PlannedFault): Missing => ({
    code: 'fault-needs-nodes',
    path: `faults ${fault.id}`,
    got: `${got}, where it needs ${nodesNeeded(fault)}`,
    wanted: `${nodesNeeded(fault)} nodes or more`,
    hint: `--nodes ${nodesNeeded(fault)}`,
  });
  const problems = lacking.filter(({ isOptional }) => !isOptional).map(lack);
  if (problems.length > 0) throw new FiredrillError(EXIT.invalid, problems);
  return leaveOut(lacking, lack, onNote);
}

function controlLack({ id }: PlannedFault): Missing {
  return {
    code: 'fault-needs-control-port',
    path: `faults ${id}`,
    got: 'a target without a control port',
    wanted: 'the bundled server, or its control port by --control',
    hint: '--control http://127.0.0.1:4001',
  };
}

function askedOfControl(faults: readonly PlannedFault[], control: string | null): PlannedFault[] {
  if (control !== null) return [];
  return faults.filter(({ side }) => side === 'server' || side === 'process');
}

function leaveOut(
  faults: readonly PlannedFault[],
  lackOf: (fault: PlannedFault) => Missing,
  onNote: (note: string) => void,
): LeftOut {
  for (const fault of faults) onNote(`${fault.name} left out (faults ${fault.id}): ${lackOf(fault).got}`);
  return new Map(faults.map((fault) => [fault.id, lackOf(fault)]));
}
