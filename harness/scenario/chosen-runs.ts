/** Which runs of a scenario file were asked for, and at which size. */
import { EXIT, FiredrillError, type Problem } from '../base/errors.ts';
import { neighbours } from '../base/neighbours.ts';
import { parseDurationMs } from '../base/units.ts';
import type { ScenarioFile } from './load.ts';
import type { PlanOverrides } from './plan.ts';
import type { ScenarioRun } from './variants.ts';

/** What `--variant` and `--small` say. */
export type Asked = {
  /** Names; empty for all. */
  variants: readonly string[];
  small: boolean;
  overrides: PlanOverrides;
};

export type ChosenRuns = {
  file: ScenarioFile;
  runs: readonly ScenarioRun[];
  overrides: PlanOverrides;
};

/** The runs of a file in the order written; `FiredrillError` 104 for names it has not, or a small size it has not. */
export function chooseRuns(file: ScenarioFile, { variants, small, overrides }: Asked): ChosenRuns {
  const problems: Problem[] = [];
  const known = file.runs.flatMap(({ variant }) => variant ?? []);
  for (const name of variants) if (!known.includes(name)) problems.push(unknown(name, file.name, known));
  if (small && file.small === null) {
    problems.push({
      code: 'no-small-size',
      path: '--small',
      got: `${file.name}, which has none`,
      wanted: "a scenario with small: { clients: 20, duration: '6s' }",
      hint: '--clients 20 --duration 6s',
    });
  }
  if (problems.length > 0) throw new FiredrillError(EXIT.invalid, problems);
  const runs =
    variants.length === 0
      ? file.runs
      : file.runs.filter((run) => run.variant !== null && variants.includes(run.variant));
  return { file, runs, overrides: small ? { ...sizeOf(file.small), ...overrides } : overrides };
}

function unknown(name: string, scenario: string, known: readonly string[]): Problem {
  const near = neighbours(name, known);
  return {
    code: 'unknown-variant',
    path: '--variant',
    got: `'${name}'`,
    wanted: known.length === 0 ? `a scenario with variants: ${scenario} has none` : known.join(', '),
    ...(near.length === 0 ? {} : { hint: `did you mean ${near.join(', ')}?` }),
  };
}

/** What is typed wins over each of them. */
function sizeOf(small: ScenarioFile['small']): Omit<PlanOverrides, 'seed'> {
  const { clients, duration, ramp, rate } = small ?? {};
  const durationMs = duration === undefined ? undefined : parseDurationMs(duration);
  const rampMs = ramp === undefined ? undefined : parseDurationMs(ramp);
  return {
    ...(clients === undefined ? {} : { clients }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(rampMs === undefined ? {} : { rampMs }),
    ...(rate === undefined ? {} : { rate }),
  };
}
