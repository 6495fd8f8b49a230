/** `firedrill validate`: every problem of every scenario, and what each would do; runs nothing. */
import { describeProblem, EXIT, FiredrillError, type ExitCode, type Problem } from '../base/errors.ts';
import { withThresholds } from '../scenario/added-thresholds.ts';
import type { Threshold } from '../scenario/api.ts';
import { chooseRuns, type Asked } from '../scenario/chosen-runs.ts';
import { planDrill, type DrillPlan } from '../scenario/drill-plan.ts';
import { loadFile, type LoadedScenario } from '../scenario/load.ts';
import { planRun, type RunPlan } from '../scenario/plan.ts';
import { describeLoad } from '../scenario/plan-words.ts';
import { stepsText, type PlannedRamp } from '../scenario/ramp.ts';
import { FlagReader, type Typed } from './flags.ts';
import { PLAN_FLAGS, readAsked, readThresholds } from './plan-flags.ts';

/** Flags of `validate` with their help: those of `run` that change a plan. */
export const VALIDATE_FLAGS = {
  ...PLAN_FLAGS,
  json: { type: 'boolean', describe: 'one JSON document on stdout' },
  debug: { type: 'boolean', describe: 'stack traces with errors' },
} as const;

/** What a file is worth: its problems, or what a run of it, or of one of its variants, would be. */
type Validated = { file: string; variant: string | null; problems: readonly Problem[]; would: Would | null };

type Would = {
  about: string;
  model: RunPlan['load']['model'];
  clients: number;
  atOnce: number;
  durationMs: number;
  /** The load in words. */
  load: string;
  faults: { kind: string; atMs: number; forMs: number; ramp?: PlannedRamp }[];
  /** Faults whose share rises, where there are some: `slow joins: 10 % at 0:10, 20 % at 0:16`. */
  rises?: string[];
  thresholds: number;
  /** As a chaos drill, where the scenario says what steady means. */
  drill?: WouldDrill;
};

/** The drill it would be: promises of its steady state; or why it cannot be one under these flags. */
type WouldDrill =
  | ({ steadyState: number } & Pick<DrillPlan, 'check' | 'windowMs' | 'rollback'>)
  | { problems: readonly Problem[] };

/** Exit code 0 when every file can be run as it stands under these flags, 104 when one cannot. */
export async function validateCommand(
  files: readonly string[],
  typed: Typed,
  print: (text: string) => void = (text) => process.stdout.write(text),
): Promise<ExitCode> {
  const flags = new FlagReader(typed);
  flags.refuseUnknown([...Object.keys(VALIDATE_FLAGS), 'scenario']);
  const asked = readAsked(flags);
  const thresholds = readThresholds(flags);
  if (files.length === 0) {
    flags.refuse({
      code: 'no-scenario',
      path: 'firedrill validate',
      wanted: 'a scenario file',
      hint: 'firedrill validate scenarios/flagship.ts',
    });
  }
  flags.done();

  return tellRuns(files, { asked, thresholds, json: flags.isSet('json') }, print);
}

type Questions = { asked: Asked; thresholds: Record<string, Threshold[]>; json: boolean };

/** Says what each run would do, or every problem of its file. */
export async function tellRuns(
  files: readonly string[],
  questions: Questions,
  print: (text: string) => void = (text) => process.stdout.write(text),
): Promise<ExitCode> {
  const validated: Validated[] = [];
  // One after the other: the feeds a file builds are known by there being no other file at the time.
  for (const file of files) validated.push(...(await validate(file, questions)));
  const valid = validated.every(({ problems }) => problems.length === 0);
  if (questions.json) {
    print(`${JSON.stringify({ schema: 'firedrill/validate/1', valid, scenarios: validated })}\n`);
  } else {
    for (const one of validated) print(`${lineOf(one)}\n`);
  }
  return valid ? EXIT.pass : EXIT.invalid;
}

/** One for each run that is asked for; one for a file that cannot be run at all. */
async function validate(file: string, { asked, thresholds }: Questions): Promise<Validated[]> {
  const broken = (error: unknown, variant: string | null): Validated => {
    if (!(error instanceof FiredrillError)) throw error;
    return { file, variant, problems: error.problems, would: null };
  };
  try {
    const loaded = await loadFile(file);
    const { runs, overrides } = chooseRuns(loaded, asked);
    return runs.map((run) => {
      try {
        const { scenario } = withThresholds({ ...loaded, ...run }, thresholds);
        const would = wouldDo(scenario, planRun(scenario, overrides));
        return { file, variant: run.variant, problems: [], would };
      } catch (error) {
        return broken(error, run.variant);
      }
    });
  } catch (error) {
    return [broken(error, null)];
  }
}

function wouldDo(scenario: LoadedScenario['scenario'], plan: RunPlan): Would {
  const rises = plan.faults.flatMap(({ name, atMs, ramp }) =>
    ramp ? [`${name}: ${stepsText(ramp, atMs)}`] : [],
  );
  return {
    about: scenario.about,
    model: plan.load.model,
    clients: plan.clients,
    atOnce: plan.atOnce,
    durationMs: plan.totalMs,
    load: describeLoad(plan),
    faults: plan.faults.map(({ kind, atMs, forMs, ramp }) => ({
      kind,
      atMs,
      forMs,
      ...(ramp ? { ramp } : {}),
    })),
    ...(rises.length === 0 ? {} : { rises }),
    thresholds: countAll(scenario.thresholds ?? {}),
    ...(scenario.drill ? { drill: wouldDrill(scenario, plan) } : {}),
  };
}

/** A run of it is fine all the same where it cannot be drilled. */
function wouldDrill(scenario: LoadedScenario['scenario'], plan: RunPlan): WouldDrill {
  try {
    const { hypothesis, check, windowMs, rollback } = planDrill(scenario, plan, { hypothesis: {} });
    return { steadyState: countAll(hypothesis), check, windowMs, rollback };
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error;
    return { problems: error.problems };
  }
}

function countAll(byMetric: Readonly<Record<string, readonly unknown[]>>): number {
  return Object.values(byMetric).reduce((sum, list) => sum + list.length, 0);
}

function lineOf({ file, variant, problems, would }: Validated): string {
  const name = variant === null ? file : `${file} ${variant}`;
  if (would) {
    const faults = countText(would.faults.length, 'fault');
    const parts = [would.load, faults, countText(would.thresholds, 'threshold')];
    if (would.drill) parts.push(drillText(would.drill));
    return [`ok  ${name}  ${parts.join(' · ')}`, ...(would.rises ?? []).map((rise) => `    ${rise}`)].join(
      '\n',
    );
  }
  const texts = problems.map((problem) => describeProblem(problem).replaceAll(/^/gm, '    '));
  return [`--  ${name}  ${countText(problems.length, 'problem')}`, ...texts].join('\n');
}

function drillText(drill: WouldDrill): string {
  if ('problems' in drill) {
    return `cannot be drilled: ${drill.problems.map(({ code, path }) => `${code} ${path}`).join(', ')}`;
  }
  const { steadyState, check, rollback } = drill;
  return `drill: ${countText(steadyState, 'threshold')} checked ${check}, rollback ${rollback}`;
}

function countText(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count === 0 ? 'no' : count} ${what}s`;
}
