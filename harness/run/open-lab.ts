/**
 * The network that faults of the kernel need, opened before the target is. One that
 * cannot be had is refused by name (114), or left out with a note where the scenario says so.
 */
import { isIPv4 } from 'node:net';
import type { Clock } from '../base/clock.ts';
import { EXIT, FiredrillError, messageOf, type Problem } from '../base/errors.ts';
import { LAB_TOOLS, type LabTool } from '../faults/kernel/lab.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import { NetLab, type LabOptions, type OpenNetwork } from '../target/net-lab.ts';
import { firewallOf, lacksOf, readLabFacts, type Lack, type LabFacts } from '../target/net-lab-needs.ts';
import { isLoopback } from '../target/url.ts';

/** The network of a run, when one is needed and can be had, and the faults that go without, by id with the reason. */
export type Ground = { lab: OpenNetwork | null; leftOut: LeftOut };

/** What a fault lacks (`got`) and what would help: a problem, unless the fault is optional. */
export type Missing = Problem & { got: string; wanted: string };

/** Optional faults that are not injected, by id. */
export type LeftOut = ReadonlyMap<string, Missing>;

export type LabWish = {
  faults: readonly PlannedFault[];
  /** The host of the target's URL and what it stands for; null for a server that we start, which listens where we want it. */
  target: { host: string; addresses: readonly string[] } | null;
  clock: Clock;
  onNote(note: string): void;
  /** For tests: another machine. */
  facts?: LabFacts;
  open?(options: LabOptions): Promise<OpenNetwork>;
};

export async function openLab(wish: LabWish): Promise<Ground> {
  const { faults, target, clock, onNote, facts = readLabFacts(), open = NetLab.open } = wish;
  const wanted = faults.filter(isOfKernel);
  const away = target !== null && reachableOf(target).length === 0 ? [beyondReach(target)] : [];
  const lacking = wanted.flatMap((fault) => {
    const lacks = [...lacksOf(facts, toolsOf([fault])), ...away];
    return lacks.length === 0 ? [] : [{ fault, lacks }];
  });
  const leftOut = leaveOut(lacking, onNote);
  const rest = wanted.filter(({ id }) => !leftOut.has(id));
  if (rest.length === 0) return { lab: null, leftOut };
  const tools = toolsOf(rest);
  const firewall = tools.includes('firewall') ? firewallOf(facts.has) : null;
  try {
    return { lab: await open({ clock, firewall, kills: tools.includes('ss') }), leftOut };
  } catch (error) {
    const lack: Lack = { got: messageOf(error), wanted: 'a network namespace of our own', lift: null };
    const none = leaveOut(
      rest.map((fault) => ({ fault, lacks: [lack] })),
      onNote,
    );
    return { lab: null, leftOut: new Map([...leftOut, ...none]) };
  }
}

/** The same ground when the target can be reached from it, else one without a network. */
export async function keepIfReached(
  ground: Ground,
  { faults, onNote }: Pick<LabWish, 'faults' | 'onNote'>,
  target: { addresses: readonly string[]; port: number },
): Promise<Ground> {
  const { lab, leftOut } = ground;
  if (lab === null) return ground;
  const obstacles: string[] = [];
  for (const address of target.addresses) {
    const obstacle = await lab.findObstacle(address, target.port);
    if (obstacle !== null) obstacles.push(`${address} is not reached from the namespace: ${obstacle}`);
  }
  if (obstacles.length === 0) return ground;
  const lack: Lack = { got: obstacles.join('; '), wanted: OWN_ADDRESS, lift: null };
  const rest = faults.filter((fault) => isOfKernel(fault) && !leftOut.has(fault.id));
  const none = leaveOut(
    rest.map((fault) => ({ fault, lacks: [lack] })),
    onNote,
  );
  await lab.close();
  return { lab: null, leftOut: new Map([...leftOut, ...none]) };
}

/** Ends the network when the run is over; what stays of it is said. */
export async function leaveGround({ lab }: Ground, onNote: (note: string) => void): Promise<void> {
  await lab?.close().catch((error: unknown) => onNote(messageOf(error)));
}

const OWN_ADDRESS = 'a target that listens on an IPv4 address of this machine beyond loopback';

/** Of the target's addresses those that the network leads to: IPv4, and not the loopback that a namespace has of its own. */
export function reachableOf({ host, addresses }: NonNullable<LabWish['target']>): string[] {
  return isLoopback(host) ? [] : addresses.filter((address) => isIPv4(address) && !isLoopback(address));
}

const SHOWN_ADDRESSES = 3;

function beyondReach({ host, addresses }: NonNullable<LabWish['target']>): Lack {
  const shown = [host, ...addresses.filter((address) => address !== host).slice(0, SHOWN_ADDRESSES)].join(
    ', ',
  );
  const isHere = isLoopback(host) || addresses.every(isLoopback);
  return {
    got: isHere
      ? `a target on loopback (${host}), which a namespace has of its own`
      : `a target that has IPv6 addresses alone (${shown}), and a network of our own that has IPv4 alone`,
    wanted: `${OWN_ADDRESS}, or the bundled server`,
    lift: 'firedrill serve --host 0.0.0.0, then --target ws://ADDRESS:4000/socket --allow-target ADDRESS',
  };
}

type Lacking = { fault: PlannedFault; lacks: readonly Lack[] };

/** Throws with all that must be had; of the others it is said, and returned with what they lack. */
function leaveOut(lacking: readonly Lacking[], onNote: (note: string) => void): LeftOut {
  const refused = lacking.filter(({ fault }) => !fault.isOptional).map(missingOf);
  if (refused.length > 0) {
    const problems = refused.map((one): Problem => {
      return { ...one, wanted: `${one.wanted}; or .optional() behind the fault` };
    });
    throw new FiredrillError(EXIT.unreachable, problems);
  }
  const leftOut = new Map<string, Missing>();
  for (const one of lacking) {
    const { id, name } = one.fault;
    const missing = missingOf(one);
    leftOut.set(id, missing);
    onNote(`${name} left out (faults ${id}): ${missing.got}`);
  }
  return leftOut;
}

function missingOf({ fault, lacks }: Lacking): Missing {
  const lifts = lacks.map(({ lift }) => lift).filter((lift) => lift !== null);
  return {
    code: 'kernel-fault-impossible',
    path: `faults ${fault.id}`,
    got: lacks.map(({ got }) => got).join('; '),
    wanted: lacks.map(({ wanted }) => wanted).join('; '),
    ...(lifts.length === 0 ? {} : { hint: lifts.join('; ') }),
  };
}

function isOfKernel({ side }: PlannedFault): boolean {
  return side === 'kernel';
}

function toolsOf(faults: readonly PlannedFault[]): LabTool[] {
  return [...new Set(faults.flatMap(({ kind }) => LAB_TOOLS[kind] ?? []))];
}
