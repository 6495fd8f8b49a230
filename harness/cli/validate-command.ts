/** `firedrill validate`: every problem of every scenario, and what each would do; runs nothing. */
import { describeProblem, EXIT, FiredrillError, type ExitCode, type Problem } from '../base/errors.ts';
import { withThresholds } from '../scenario/added-thresholds.ts';
import { loadScenario, type LoadedScenario } from '../scenario/load.ts';
import { planRun, type PlanOverrides, type RunPlan } from '../scenario/plan.ts';
import { describeLoad } from '../scenario/plan-words.ts';
import { FlagReader, type Typed } from './flags.ts';
import { PLAN_FLAGS, readOverrides, readThresholds } from './plan-flags.ts';

/** Flags of `validate` with their help: those of `run` that change a plan. */
export const VALIDATE_FLAGS = {
  ...PLAN_FLAGS,
  json: { type: 'boolean', describe: 'one JSON document on stdout' },
  debug: { type: 'boolean', describe: 'stack traces with errors' },
} as const;

/** What a file is worth: its problems, or what a run of it would be. */
type Validated = { file: string; problems: readonly Problem[]; would: Would | null };

type Would = {
  about: string;
  model: RunPlan['load']['model'];
  clients: number;
  atOnce: number;
  durationMs: number;
  /** The load in words. */
  load: string;
  faults: { kind: string; atMs: number; forMs: number }[];
  thresholds: number;
};

/** Exit code 0 when every file can be run as it stands under these flags, 104 when one cannot. */
export async function validateCommand(
  files: readonly string[],
  typed: Typed,
  print: (text: string) => void = (text) => process.stdout.write(text),
): Promise<ExitCode> {
  const flags = new FlagReader(typed);
  flags.refuseUnknown([...Object.keys(VALIDATE_FLAGS), 'scenario']);
  const overrides = readOverrides(flags);
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

  const validated: Validated[] = [];
  // One after the other: the feeds a file builds are known by there being no other file at the time.
  for (const file of files) validated.push(await validate(file, overrides, thresholds));
  const valid = validated.every(({ problems }) => problems.length === 0);
  if (flags.isSet('json')) {
    print(`${JSON.stringify({ schema: 'firedrill/validate/1', valid, scenarios: validated })}\n`);
  } else {
    for (const one of validated) print(`${lineOf(one)}\n`);
  }
  return valid ? EXIT.pass : EXIT.invalid;
}

async function validate(
  file: string,
  overrides: PlanOverrides,
  thresholds: Record<string, string[]>,
): Promise<Validated> {
  try {
    const loaded = withThresholds(await loadScenario(file), thresholds);
    return { file, problems: [], would: wouldDo(loaded, planRun(loaded.scenario, overrides)) };
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error;
    return { file, problems: error.problems, would: null };
  }
}

function wouldDo({ scenario }: LoadedScenario, plan: RunPlan): Would {
  return {
    about: scenario.about,
    model: plan.load.model,
    clients: plan.clients,
    atOnce: plan.atOnce,
    durationMs: plan.totalMs,
    load: describeLoad(plan),
    faults: plan.faults.map(({ kind, atMs, forMs }) => ({ kind, atMs, forMs })),
    thresholds: Object.values(scenario.thresholds ?? {}).reduce((sum, list) => sum + list.length, 0),
  };
}

function lineOf({ file, problems, would }: Validated): string {
  if (would) {
    const faults = countText(would.faults.length, 'fault');
    return `ok  ${file}  ${would.load} · ${faults} · ${countText(would.thresholds, 'threshold')}`;
  }
  const texts = problems.map((problem) => describeProblem(problem).replaceAll(/^/gm, '    '));
  return [`--  ${file}  ${countText(problems.length, 'problem')}`, ...texts].join('\n');
}

function countText(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count === 0 ? 'no' : count} ${what}s`;
}
