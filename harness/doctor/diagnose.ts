/**
 * What a machine can hold, from what was found on it: each limit with the
 * clients it allows and the command that lifts it, and which binds first.
 */
import { fitRun, limitsOf, memoryFor, type FitInput, type LimitKind } from '../target/machine-limits.ts';
import type { Machine } from '../target/machine.ts';
import type { Lack } from '../target/net-lab-needs.ts';
import { checkSettings, type Check, type Settings } from './checks.ts';
import type { Tool } from './tools.ts';

export type Findings = {
  machine: Machine;
  settings: Settings;
  /** Whether a connection on loopback takes an entry of the firewall's table; null where there is no table. */
  isTracked: boolean | null;
  /** What keeps faults of the kernel from being had here: empty when nothing does, absent when nobody looked. */
  kernelLacks?: readonly Lack[];
  tools: Tool[];
  node: string;
};

/** What fits in one of the two places a target can be. */
export type Room = {
  /** Most clients. */
  holds: number;
  /** The limit that says so. */
  binds: LimitKind;
  /** Whether the number asked for fits. */
  fits: boolean;
  /** For as many of those asked for as fit. */
  workers: number;
  nodes: number;
  memoryBytes: number;
};

export type LimitRow = {
  kind: LimitKind;
  /** In words, with the figure found. */
  limit: string;
  holdsWithServer: number;
  holdsElsewhere: number;
  /** The command that lifts it for the number asked for; null when it need not be. */
  lift: string | null;
};

export const DOCTOR_SCHEMA = 'firedrill/doctor/1';

export type Diagnosis = {
  schema: typeof DOCTOR_SCHEMA;
  clients: number;
  /** Driver and bundled server on this machine. */
  withServer: Room;
  /** The driver here, the target on another machine. */
  elsewhere: Room;
  /** The tightest with the server first. */
  limits: LimitRow[];
  /** Settings that do not limit the number, but what can be believed of it. */
  checks: Check[];
  tools: Tool[];
  machine: Pick<Machine, 'platform' | 'cpuModel' | 'cores' | 'memoryBytes' | 'availableBytes'> & {
    node: string;
  };
};

/** The diagnosis for so many clients. */
export function diagnose(findings: Findings, clients: number): Diagnosis {
  const { machine, settings, isTracked, kernelLacks, tools, node } = findings;
  const here = inputOf(findings, clients, true);
  const there = inputOf(findings, clients, false);
  const far = limitsOf(there);
  const limits = limitsOf(here).map((limit): LimitRow => {
    const elsewhere = far.find(({ kind }) => kind === limit.kind);
    const short = limit.holds < clients ? limit : elsewhere && elsewhere.holds < clients ? elsewhere : null;
    return {
      kind: limit.kind,
      limit: limit.limit,
      holdsWithServer: limit.holds,
      holdsElsewhere: elsewhere?.holds ?? limit.holds,
      lift: short?.hint ?? null,
    };
  });
  const { platform, cpuModel, cores, memoryBytes, availableBytes } = machine;
  return {
    schema: DOCTOR_SCHEMA,
    clients,
    withServer: roomOf(here),
    elsewhere: roomOf(there),
    limits,
    checks: checkSettings({ machine, settings, isTracked, kernelLacks, node }),
    tools,
    machine: { platform, cpuModel, cores, memoryBytes, availableBytes, node },
  };
}

function inputOf({ machine, isTracked }: Findings, clients: number, withServer: boolean): FitInput {
  const { conntrack } = machine;
  return {
    ...machine,
    clients,
    withServer,
    memoryBytes: machine.availableBytes,
    // Beyond loopback there is one address to start from, and the target's one to go to.
    sourceAddresses: withServer ? machine.sourceAddresses : 1,
    conntrackFree: conntrack && isTracked !== false ? Math.max(0, conntrack.max - conntrack.count) : null,
  };
}

function roomOf(input: FitInput): Room {
  const tightest = limitsOf(input)[0];
  const fit = fitRun(input);
  return {
    holds: tightest?.holds ?? 0,
    binds: tightest?.kind ?? 'memory',
    fits: fit.clients >= input.clients,
    workers: fit.workers,
    nodes: fit.nodes,
    memoryBytes: memoryFor(fit.clients, input),
  };
}
