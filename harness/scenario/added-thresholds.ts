/** Thresholds of the command line beside those of the scenario's file. */
import { EXIT, FiredrillError } from '../base/errors.ts';
import { METRIC_NAMES } from '../base/metrics.ts';
import type { Threshold } from './api.ts';
import { checkScenario } from './check.ts';
import type { LoadedScenario } from './load.ts';

/** Adds them, checked like the file's own; `FiredrillError` 104 with every problem. */
export function withThresholds(
  loaded: LoadedScenario,
  added: Readonly<Record<string, readonly Threshold[]>>,
): LoadedScenario {
  if (Object.keys(added).length === 0) return loaded;
  const all = new Map<string, readonly Threshold[]>(Object.entries(loaded.scenario.thresholds ?? {}));
  for (const [metric, list] of Object.entries(added)) all.set(metric, [...(all.get(metric) ?? []), ...list]);
  const scenario = { ...loaded.scenario, thresholds: Object.fromEntries(all) };
  const problems = checkScenario(scenario, METRIC_NAMES);
  if (problems.length > 0) throw new FiredrillError(EXIT.invalid, problems);
  return { ...loaded, scenario };
}
