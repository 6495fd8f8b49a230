/**
 * From a scenario and the flags of one run to the numbers the run goes by.
 * A longer or shorter run keeps each fault in the phase it was written for.
 */
import { EXIT, FiredrillError } from '../base/errors.ts';
import type { Problem } from '../base/errors.ts';
import { formatMs, parseDurationMs } from '../base/units.ts';
import type { Duration } from '../base/units.ts';
import type { Scenario } from './api.ts';
import { MAX_CLIENTS, MAX_RATE } from './check.ts';
import { FAULT_SPECS } from './fault-plan.ts';
import type { FaultParams, FaultPlan, FaultSpec } from './fault-plan.ts';
import { describeFault } from './fault-words.ts';
import { checkNumber } from './shape.ts';

/** A fault with its defaults filled in and its place on this run's clock. */
export type PlannedFault = {
  /** Stable within the run: `blocking-handler-1`. */
  id: string;
  kind: string;
  /** As a person says it: `blocking handlers`. */
  name: string;
  side: FaultSpec['side'];
  params: FaultParams;
  /** 0..1 of the topics or connections. */
  share: number;
  /** From the first arrival. */
  atMs: number;
  forMs: number;
  /** `10 % of topics room:*` */
  whom: string;
  /** `handle_in takes 150 ms` */
  what: string;
};

export type RunPlan = {
  clients: number;
  rampMs: number;
  /** From the end of the ramp to the end of the run. */
  holdMs: number;
  totalMs: number;
  /** Pushes per second of all clients together; null when the scenario has none. */
  rate: number | null;
  seed: number;
  faults: PlannedFault[];
};

/** What flags may change. `durationMs` is the whole run, ramp and hold. */
export type PlanOverrides = {
  clients?: number;
  durationMs?: number;
  rampMs?: number;
  rate?: number;
  seed: number;
};

type Phases = { rampMs: number; holdMs: number };

/** No fault is squeezed below this: shorter and one-second windows show nothing of it. */
const SHORTEST_FAULT_MS = 1_000;

/** The plan of a checked scenario under the flags; `FiredrillError` 104 when they do not fit together. */
export function planRun(scenario: Scenario, overrides: PlanOverrides): RunPlan {
  const problems: Problem[] = [];
  const { load } = scenario;
  const written: Phases = { rampMs: msOf(load.ramp), holdMs: msOf(load.hold) };
  const clients = overrides.clients ?? load.clients;
  const rate = overrides.rate ?? load.rate;
  checkNumber(clients, '--clients', problems, { min: 1, max: MAX_CLIENTS, whole: true });
  checkNumber(overrides.seed, '--seed', problems, { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true });
  if (rate !== undefined) checkNumber(rate, '--rate', problems, { min: 0.001, max: MAX_RATE });
  const phases = planPhases(written, overrides, problems);
  if (problems.length > 0) throw new FiredrillError(EXIT.invalid, problems);
  return {
    clients,
    ...phases,
    totalMs: phases.rampMs + phases.holdMs,
    rate: rate ?? null,
    seed: overrides.seed,
    faults: planFaults(scenario.faults ?? [], written, phases),
  };
}

function planPhases(written: Phases, overrides: PlanOverrides, problems: Problem[]): Phases {
  const writtenMs = written.rampMs + written.holdMs;
  const durationMs = overrides.durationMs;
  let rampMs = overrides.rampMs ?? written.rampMs;
  if (durationMs === undefined) return { rampMs, holdMs: written.holdMs };
  if (overrides.rampMs === undefined && durationMs < writtenMs) rampMs *= durationMs / writtenMs;
  const holdMs = durationMs - rampMs;
  // Not `<=`, so that NaN is refused as well.
  if (!(holdMs > 0)) {
    problems.push({
      code: 'duration-too-short',
      path: '--duration',
      got: formatMs(durationMs),
      wanted: rampMs > 0 ? `longer than the ramp of ${formatMs(rampMs)}` : 'above 0',
      hint: 'the duration is the whole run, ramp and hold; give a shorter --ramp or a longer --duration',
    });
  }
  return { rampMs, holdMs };
}

function planFaults(faults: readonly FaultPlan[], written: Phases, phases: Phases): PlannedFault[] {
  const seen = new Map<string, number>();
  return faults.map((fault) => {
    const spec = FAULT_SPECS.find((known) => known.kind === fault.kind);
    const number = (seen.get(fault.kind) ?? 0) + 1;
    seen.set(fault.kind, number);
    const params = fillDefaults(fault.params, spec);
    return {
      id: `${fault.kind.replaceAll('_', '-')}-${number}`,
      kind: fault.kind,
      name: spec?.name ?? fault.kind.replaceAll('_', ' '),
      side: spec?.side ?? 'server',
      params,
      ...describeFault(fault.kind, params),
      ...moveFault(msOf(fault.atTime ?? 0), msOf(fault.forTime ?? 0), written, phases),
    };
  });
}

function fillDefaults(given: FaultParams, spec: FaultSpec | undefined): FaultParams {
  const params: FaultParams = {};
  for (const [name, param] of Object.entries(spec?.params ?? {})) {
    if (param.default !== undefined) params[name] = param.default;
  }
  // Not a spread: a parameter given as undefined must not undo its default.
  for (const [name, value] of Object.entries(given)) if (value !== undefined) params[name] = value;
  return params;
}

function moveFault(
  atMs: number,
  forMs: number,
  written: Phases,
  phases: Phases,
): { atMs: number; forMs: number } {
  const totalMs = phases.rampMs + phases.holdMs;
  const startMs = moveTime(atMs, written, phases);
  const endMs = moveTime(atMs + forMs, written, phases);
  const lengthMs = Math.min(totalMs, Math.max(endMs - startMs, Math.min(forMs, SHORTEST_FAULT_MS)));
  return { atMs: Math.max(0, Math.min(startMs, totalMs - lengthMs)), forMs: lengthMs };
}

/** The same place in the same phase: a moment of the ramp stays in the ramp, one of the hold in the hold. */
function moveTime(timeMs: number, written: Phases, phases: Phases): number {
  // The end of the ramp is the start of the hold, so a ramp of nothing needs no case of its own.
  if (timeMs < written.rampMs) return (timeMs * phases.rampMs) / written.rampMs;
  return phases.rampMs + ((timeMs - written.rampMs) * phases.holdMs) / written.holdMs;
}

function msOf(time: Duration): number {
  return parseDurationMs(time) ?? 0;
}
