/**
 * Faults that rise: `.ramp('30s', 5)` begins with a fifth of the share and adds a fifth each 6 s,
 * so that every step lasts as long as the others. Whoever was hit stays hit.
 */
import { formatClock, formatFigure, formatMs, formatShare } from '../base/units.ts';
import type { Duration } from '../base/units.ts';
import type { FaultParams, FaultSpec } from './fault-spec.ts';

/** How a fault rises, as a scenario writes it. */
export type Ramp = { time: Duration; steps: number };

/** How a fault rises in a run. */
export type PlannedRamp = {
  /** What rises: `share`, of partitions `addresses`, of packet losses `percent`. */
  param: string;
  /** All steps together, the last one included. */
  overMs: number;
  /** The value of each step; the last is what was asked for. */
  values: readonly number[];
};

/** Steps where a scenario does not say how many. */
export const USUAL_STEPS = 5;

/** The parameter of a fault that can rise; null when none can. */
export function rampParam({ ramps, params }: FaultSpec): string | null {
  if (ramps !== undefined) return ramps;
  return params['share']?.type === 'share' ? 'share' : null;
}

/** Equal steps up to what the parameters ask for. */
export function planRamp(spec: FaultSpec, params: FaultParams, overMs: number, steps: number): PlannedRamp {
  const param = rampParam(spec);
  // A checked scenario has none such.
  if (param === null) throw new Error(`${spec.kind} cannot rise`);
  const top = Number(params[param]);
  const values = Array.from({ length: steps }, (_, nth) =>
    nth === steps - 1 ? top : (top * (nth + 1)) / steps,
  );
  return { param, overMs, values };
}

/** When a step begins, from when the fault goes on; the first is 0. */
export function stepMs({ overMs, values }: PlannedRamp, nth: number): number {
  return (overMs * nth) / values.length;
}

type Rising = { params: FaultParams; share: number; ramp?: PlannedRamp };

/** The fault as it is in its first step; one that does not rise as it is. */
export function atFirst<Fault extends Rising>(fault: Fault): Fault {
  const { ramp, params, share } = fault;
  const [value] = ramp?.values ?? [];
  if (!ramp || value === undefined) return fault;
  return {
    ...fault,
    params: { ...params, [ramp.param]: value },
    share: ramp.param === 'percent' ? share : value,
  };
}

/** The value of a step as a person says it: `40 %`. */
export function stepText({ param }: Pick<PlannedRamp, 'param'>, value: number): string {
  return param === 'percent' ? `${formatFigure(value)} %` : formatShare(value);
}

/** `rising from 10 % in 5 steps over 30 s` */
export function rampWords(ramp: PlannedRamp): string {
  const { overMs, values } = ramp;
  return `rising from ${stepText(ramp, values[0] ?? 0)} in ${values.length} steps over ${formatMs(overMs)}`;
}

/** Every step with its time: `10 % at 0:10, 20 % at 0:16`; `atMs` is when the fault goes on. */
export function stepsText(ramp: PlannedRamp, atMs: number): string {
  return ramp.values
    .map((value, nth) => `${stepText(ramp, value)} at ${formatClock(atMs + stepMs(ramp, nth))}`)
    .join(', ');
}
