/** A fault as a scenario writes it: a kind, parameters with units, a place on the timeline. */
import type { Duration } from '../base/units.ts';
import type { FaultParams, FaultSpec, ParamSpec } from './fault-spec.ts';
import { USUAL_STEPS, type Ramp } from './ramp.ts';

/** How often a fault comes again. */
export type Repeat = { gap: Duration; times: number };

/** A fault on the timeline of a scenario. */
export type FaultPlan = {
  readonly kind: string;
  readonly params: FaultParams;
  /** From the first arrival; undefined until `.at()` was called. */
  readonly atTime?: Duration;
  /** How long it stays; undefined until `.for()` was called. */
  readonly forTime?: Duration;
  readonly repeat?: Repeat;
  /** How its share rises; undefined hits all of it at once. */
  readonly rise?: Ramp;
  /** A target that cannot take it runs without it, and the report says so. */
  readonly isOptional?: boolean;
  /** When it goes on, from the first arrival. */
  at(time: Duration): FaultPlan;
  /** How long it stays on. */
  for(time: Duration): FaultPlan;
  /**
   * Its share rises over that time in so many equal steps (5), the first when it goes on; whoever was hit stays hit. What
   * happens to a connection once, a reset for one, happens to the next of them with each step, and to none twice.
   */
  ramp(time: Duration, steps?: number): FaultPlan;
  /** It goes on again each `gap` after it went on, `times` in all. */
  every(gap: Duration, times: number): FaultPlan;
  /** Without it a target that cannot take the fault is refused (114) before any load. */
  optional(): FaultPlan;
};

type Given = Pick<FaultPlan, 'kind' | 'params' | 'atTime' | 'forTime' | 'repeat' | 'rise' | 'isOptional'>;

function plan(given: Given): FaultPlan {
  return {
    ...given,
    at: (atTime) => plan({ ...given, atTime }),
    for: (forTime) => plan({ ...given, forTime }),
    ramp: (time, steps = USUAL_STEPS) => plan({ ...given, rise: { time, steps } }),
    every: (gap, times) => plan({ ...given, repeat: { gap, times } }),
    optional: () => plan({ ...given, isOptional: true }),
  };
}

type ValueOf<Param extends ParamSpec> = Param extends { type: 'number' | 'share' }
  ? number
  : Param extends { type: 'choice'; of: readonly (infer Word)[] }
    ? Word
    : string;

type Params<Specs extends FaultSpec['params']> = {
  [Name in keyof Specs as Specs[Name] extends { default: unknown } ? never : Name]: ValueOf<Specs[Name]>;
} & {
  [Name in keyof Specs as Specs[Name] extends { default: unknown } ? Name : never]?: ValueOf<Specs[Name]>;
};

/** Makes plans of a kind; needs no argument where every parameter has a default. */
export type Builder<Spec extends FaultSpec> = (
  ...given: object extends Params<Spec['params']>
    ? [params?: Params<Spec['params']>]
    : [params: Params<Spec['params']>]
) => FaultPlan;

/** The builder of a fault. */
export function builderOf<Spec extends FaultSpec>({ kind }: Spec): Builder<Spec> {
  return (...given) => plan({ kind, params: given[0] ?? {} });
}
