/**
 * From a scenario and the flags of one run to the numbers the run goes by.
 * A longer or shorter run keeps each fault in the phase it was written for.
 */
import { EXIT, FiredrillError } from '../base/errors.ts';
import type { Problem } from '../base/errors.ts';
import { parseDurationMs } from '../base/units.ts';
import type { Duration } from '../base/units.ts';
import type { Scenario } from './api.ts';
import { arrivalsOf } from './arrivals.ts';
import { MAX_CLIENTS, MAX_RATE } from './load-limits.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { EffectName, FaultParams, FaultSpec } from './fault-spec.ts';
import { faultSpec } from './fault.ts';
import { moveTime, planLoad, planRate } from './load-plan.ts';
import type { Phases } from './load-plan.ts';
import type { LoadPlan, PlannedRate } from './planned-load.ts';
import { planRamp, rampWords, type PlannedRamp } from './ramp.ts';
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
  /** What shows it; recovery is judged by the first. */
  effects: readonly EffectName[];
  /** A target that cannot take it runs without it. */
  isOptional: boolean;
  /** Absent where all of it is hit at once. */
  ramp?: PlannedRamp;
};

export type RunPlan = {
  /** Clients there are indices for; with open arrivals as many as will arrive. */
  clients: number;
  /** Most clients that the plan has connected at once: what the machine must hold. */
  atOnce: number;
  load: LoadPlan;
  /** Until the number of clients, or the rate of arrivals, has first reached its highest. */
  rampMs: number;
  /** From the end of the ramp to the end of the run. */
  holdMs: number;
  totalMs: number;
  rate: PlannedRate;
  seed: number;
  faults: PlannedFault[];
};

/** What flags may change. */
export type PlanOverrides = {
  /** Of a hold its clients, of stages the highest of them, of open arrivals the most at once. */
  clients?: number;
  /** The whole run, ramp and hold. */
  durationMs?: number;
  /** Of a hold only. */
  rampMs?: number;
  /** Pushes per second, the highest where they follow stages; of open arrivals the arrivals per second. */
  rate?: number;
  seed: number;
};

/** No fault is squeezed below this: shorter and one-second windows show nothing of it. */
const SHORTEST_FAULT_MS = 1_000;

/** The plan of a checked scenario under the flags; `FiredrillError` 104 when they do not fit together. */
export function planRun(scenario: Scenario, overrides: PlanOverrides): RunPlan {
  const problems: Problem[] = [];
  const { clients, seed, rate } = overrides;
  const range = { min: 1, max: MAX_CLIENTS, whole: true };
  if (clients !== undefined) checkNumber(clients, '--clients', problems, range);
  checkNumber(seed, '--seed', problems, { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true });
  if (rate !== undefined) checkNumber(rate, '--rate', problems, { min: 0.001, max: MAX_RATE });
  const { load, written, phases } = planLoad(scenario.load, overrides, problems);
  if (problems.length > 0) throw new FiredrillError(EXIT.invalid, problems);
  const size = sizeOf(load, seed);
  if (size.clients === 0) throw new FiredrillError(EXIT.invalid, [nobodyArrives(seed)]);
  return {
    ...size,
    load,
    ...phases,
    totalMs: phases.rampMs + phases.holdMs,
    rate: planRate(scenario.load, overrides, written, phases),
    seed,
    faults: planFaults(scenario.faults ?? [], written, phases),
  };
}

/** Indices and most at once; counting Poisson arrivals takes drawing them. */
function sizeOf(load: LoadPlan, seed: number): { clients: number; atOnce: number } {
  if (load.model === 'hold') return { clients: load.clients, atOnce: load.clients };
  if (load.model === 'stages') {
    const peak = Math.max(...load.stages.map((stage) => stage.to));
    return { clients: peak, atOnce: peak };
  }
  const { count } = arrivalsOf({ load, seed });
  return { clients: count, atOnce: Math.min(count, load.atMost ?? Infinity) };
}

/** So few Poisson arrivals that this seed draws none. */
function nobodyArrives(seed: number): Problem {
  const hint = 'a higher rate, a longer time, or another --seed';
  return { code: 'no-arrivals', path: 'load.arrivals', got: `none with seed ${seed}`, wanted: 'some', hint };
}

function planFaults(faults: readonly FaultPlan[], written: Phases, phases: Phases): PlannedFault[] {
  const seen = new Map<string, number>();
  return faults.flatMap((fault) => {
    const { kind, repeat, rise, isOptional = false } = fault;
    const spec = faultSpec(kind);
    // A checked scenario has none such; what is planned is never less than what was asked.
    if (!spec) throw new Error(`no fault ${kind}`);
    const params = fillDefaults(fault.params, spec);
    const gapMs = msOf(repeat?.gap ?? 0);
    return Array.from({ length: repeat?.times ?? 1 }, (_, time): PlannedFault => {
      const number = (seen.get(kind) ?? 0) + 1;
      seen.set(kind, number);
      const atMs = msOf(fault.atTime ?? 0) + time * gapMs;
      const forMs = msOf(fault.forTime ?? 0);
      const moved = moveFault(atMs, forMs, written, phases);
      const planned: PlannedFault = {
        id: `${kind.replaceAll('_', '-')}-${number}`,
        kind,
        name: spec.name,
        side: spec.side,
        params,
        ...spec.words(params),
        effects: spec.effects,
        isOptional,
        ...moved,
      };
      if (!rise) return planned;
      const ramp = planRamp(spec, params, (msOf(rise.time) * moved.forMs) / forMs, rise.steps);
      return { ...planned, ramp, what: `${planned.what}, ${rampWords(ramp)}` };
    });
  });
}

function fillDefaults(given: FaultParams, spec: FaultSpec): FaultParams {
  const params: FaultParams = {};
  for (const [name, param] of Object.entries(spec.params)) {
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

function msOf(time: Duration): number {
  return parseDurationMs(time) ?? 0;
}
