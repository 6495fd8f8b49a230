/**
 * From the load a scenario writes and the flags of one run to the load of that
 * run: stretched, scaled, and with its phases.
 */
import type { Problem } from '../base/errors.ts';
import { formatCount, formatMs, parseDurationMs } from '../base/units.ts';
import type { Duration } from '../base/units.ts';
import { MAX_CLIENTS } from './load-limits.ts';
import type { LoadPlan, PlannedRate, PlannedStage } from './planned-load.ts';
import type { ArrivalLoad, HoldLoad, Load, Stage, StagedLoad } from './load-shape.ts';
import { rateLine } from './rate-line.ts';

/** Ramp and hold; the ramp ends where the load first reaches its highest. */
export type Phases = { rampMs: number; holdMs: number };

/** What of the flags the load is changed by. */
export type LoadOverrides = { clients?: number; durationMs?: number; rampMs?: number; rate?: number };

/** The load under the flags, with its phases as the scenario wrote them and as this run has them. */
export type PlannedLoad = { load: LoadPlan; written: Phases; phases: Phases };

/** Plans a checked load; flags that do not fit it are reported with their flag as the path. */
export function planLoad(load: Load, overrides: LoadOverrides, problems: Problem[]): PlannedLoad {
  if (load.arrivals !== undefined) return planArrivals(load, overrides, problems);
  if (load.stages !== undefined) return planStages(load, overrides, problems);
  return planHold(load, overrides, problems);
}

/** The same place in the same phase: a moment of the ramp stays in the ramp, one of the hold in the hold. */
export function moveTime(timeMs: number, written: Phases, phases: Phases): number {
  // The end of the ramp is the start of the hold, so a ramp of nothing needs no case of its own.
  if (timeMs < written.rampMs) return (timeMs * phases.rampMs) / written.rampMs;
  if (written.holdMs === 0) return phases.rampMs;
  return phases.rampMs + ((timeMs - written.rampMs) * phases.holdMs) / written.holdMs;
}

/** Pushes per second for `user.pace`; stages keep their phase, and a flag is their highest. */
export function planRate(load: Load, overrides: LoadOverrides, written: Phases, phases: Phases): PlannedRate {
  if (load.arrivals !== undefined) return null;
  const { rate } = load;
  if (rate === undefined || typeof rate === 'number') return overrides.rate ?? rate ?? null;
  const planned = stagesOf(rate);
  const factor = overrides.rate === undefined ? 1 : overrides.rate / peakOf(planned);
  let endMs = 0;
  let movedMs = 0;
  return planned.map(({ to, forMs }) => {
    endMs += forMs;
    const beganMs = movedMs;
    movedMs = moveTime(endMs, written, phases);
    return { to: to * factor, forMs: movedMs - beganMs };
  });
}

function planHold(load: HoldLoad, overrides: LoadOverrides, problems: Problem[]): PlannedLoad {
  const written = { rampMs: msOf(load.ramp), holdMs: msOf(load.hold) };
  const phases = planPhases(written, overrides, problems);
  const clients = overrides.clients ?? load.clients;
  return { load: { model: 'hold', clients, rampMs: phases.rampMs }, written, phases };
}

function planPhases(written: Phases, overrides: LoadOverrides, problems: Problem[]): Phases {
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

function planStages(load: StagedLoad, overrides: LoadOverrides, problems: Problem[]): PlannedLoad {
  refuseRamp(overrides, 'load.stages', problems);
  const planned = stagesOf(load.stages);
  const written = phasesOf(0, planned, 0);
  const stretch = stretchOf(written, overrides, problems);
  const peak = peakOf(planned);
  const factor = (overrides.clients ?? peak) / peak;
  const stages = planned.map(({ to, forMs }) => ({ to: Math.round(to * factor), forMs: forMs * stretch }));
  return { load: { model: 'stages', stages }, written, phases: scaled(written, stretch) };
}

function planArrivals(load: ArrivalLoad, overrides: LoadOverrides, problems: Problem[]): PlannedLoad {
  refuseRamp(overrides, 'load.arrivals', problems);
  const { rate = 0, spacing, atMost } = load.arrivals;
  const given = load.arrivals.stages;
  const planned = given === undefined ? [{ to: rate, forMs: msOf(load.arrivals.for ?? 0) }] : stagesOf(given);
  const written = phasesOf(rate, planned, msOf(load.hold ?? 0));
  const stretch = stretchOf(written, overrides, problems);
  const factor = overrides.rate === undefined ? 1 : overrides.rate / Math.max(rate, peakOf(planned));
  const fromRate = rate * factor;
  const stages = planned.map(({ to, forMs }) => ({ to: to * factor, forMs: forMs * stretch }));
  const count = rateLine(fromRate, stages).total;
  if (count > MAX_CLIENTS) {
    problems.push({
      code: 'out-of-range',
      path: overrides.rate === undefined ? '--duration' : '--rate',
      got: `${formatCount(count)} arrivals`,
      wanted: `at most ${formatCount(MAX_CLIENTS)}`,
    });
  }
  const most = Math.min(overrides.clients ?? Infinity, atMost ?? Infinity);
  return {
    load: {
      model: 'arrivals',
      fromRate,
      stages,
      spacing: spacing === 'poisson' ? 'poisson' : 'even',
      burst: typeof spacing === 'object' ? spacing.burst : 1,
      atMost: Number.isFinite(most) ? most : null,
    },
    written,
    phases: scaled(written, stretch),
  };
}

/** A line of stages has no ramp of its own to be made longer or shorter. */
function refuseRamp(overrides: LoadOverrides, path: string, problems: Problem[]): void {
  if (overrides.rampMs === undefined) return;
  problems.push({
    code: 'unfit-flag',
    path: '--ramp',
    got: formatMs(overrides.rampMs),
    wanted: `a load with a ramp; this one has ${path}`,
    hint: '--duration stretches or shrinks all of it in proportion',
  });
}

/** By how much all times are multiplied to give the duration of the flag. */
function stretchOf(written: Phases, overrides: LoadOverrides, problems: Problem[]): number {
  const { durationMs } = overrides;
  if (durationMs === undefined) return 1;
  if (durationMs > 0) return durationMs / (written.rampMs + written.holdMs);
  problems.push({
    code: 'duration-too-short',
    path: '--duration',
    got: formatMs(durationMs),
    wanted: 'above 0',
  });
  return 1;
}

/** The ramp goes until the line from `from` first stands at its highest. */
function phasesOf(from: number, stages: readonly PlannedStage[], tailMs: number): Phases {
  const peak = peakOf(stages);
  let rampMs = 0;
  if (from < peak) {
    const reaches = stages.findIndex((stage) => stage.to === peak);
    rampMs = lengthOf(stages.slice(0, reaches + 1));
  }
  return { rampMs, holdMs: lengthOf(stages) + tailMs - rampMs };
}

function scaled(phases: Phases, factor: number): Phases {
  return { rampMs: phases.rampMs * factor, holdMs: phases.holdMs * factor };
}

function lengthOf(stages: readonly PlannedStage[]): number {
  return stages.reduce((sum, { forMs }) => sum + forMs, 0);
}

function peakOf(stages: readonly PlannedStage[]): number {
  return stages.reduce((peak, { to }) => Math.max(peak, to), 0);
}

function stagesOf(stages: readonly Stage[]): PlannedStage[] {
  return stages.map((stage) => ({ to: stage.to, forMs: msOf(stage.for) }));
}

function msOf(time: Duration): number {
  return parseDurationMs(time) ?? 0;
}
