/**
 * The runs a scenario stands for: one, or one for each of its variants, which
 * inherit every field they do not name.
 */
import type { Scenario, Threshold } from './api.ts';
import type { CheckedDrill } from './drill-shape.ts';
import { isFields, type Fields } from './shape.ts';

/** A scenario whose metrics are known by name only. */
export type CheckedScenario = Omit<Scenario, 'thresholds' | 'drill'> & {
  thresholds?: Readonly<Record<string, readonly Threshold[]>>;
  drill?: CheckedDrill;
};

/** What a variant may name, and a run goes by. */
export const RUN_FIELDS: readonly string[] = [
  'about',
  'load',
  'connect',
  'feed',
  'client',
  'faults',
  'thresholds',
  'metrics',
  'server',
  'drill',
];

export const MOST_VARIANTS = 6;

export type ScenarioRun = {
  /** Null where the scenario has no variants. */
  variant: string | null;
  /** What the variant says of itself; null where it says nothing. */
  about: string | null;
  /** Its `about` is that of the scenario and of the variant. */
  scenario: CheckedScenario;
};

/** The runs of a checked definition, in the order written. */
export function runsOf(definition: Fields): ScenarioRun[] {
  const { variants } = definition;
  if (!isFields(variants))
    return [{ variant: null, about: null, scenario: inherit(definition, {}) as CheckedScenario }];
  return Object.entries(variants).map(([variant, fields]) => {
    const own = isFields(fields) ? fields : {};
    const merged = inherit(definition, own);
    const about = typeof own['about'] === 'string' ? own['about'] : null;
    const whole = `${String(definition['about'])}; ${variant}${about === null ? '' : `: ${about}`}`;
    return { variant, about, scenario: { ...merged, about: whole } as CheckedScenario };
  });
}

/** The fields of a run of a variant: its own before the scenario's. */
export function inherit(definition: Fields, variant: Fields): Fields {
  const merged: Record<string, unknown> = {};
  for (const name of RUN_FIELDS) {
    // A field given as undefined names nothing.
    const value = variant[name] === undefined ? definition[name] : variant[name];
    if (value !== undefined) merged[name] = value;
  }
  return merged;
}
