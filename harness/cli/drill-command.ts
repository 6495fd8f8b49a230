/** `firedrill drill`: a scenario as a chaos drill, held against its steady state. */
import { describeProblem, EXIT, FiredrillError, type ExitCode, type Problem } from '../base/errors.ts';
import { withThresholds } from '../scenario/added-thresholds.ts';
import { chooseRuns, type Asked, type ChosenRuns } from '../scenario/chosen-runs.ts';
import { planDrill, type DrillFlags, type DrillPlan } from '../scenario/drill-plan.ts';
import { loadFile, type LoadedScenario } from '../scenario/load.ts';
import { planRun, type RunPlan } from '../scenario/plan.ts';
import { DRILL_ONLY_FLAGS, readDrill } from './drill-flags.ts';
import { FlagReader, type Typed } from './flags.ts';
import { readAsked } from './plan-flags.ts';
import { readOptions, RUN_FLAGS, runAll } from './run-command.ts';
import type { ToldDrill } from '../run/drill-plan-words.ts';
import type { FileOptions } from './run-file.ts';

/** Flags of `drill` with their help, in the order shown: its own, then those of `run`. */
export const DRILL_FLAGS = { ...DRILL_ONLY_FLAGS, ...RUN_FLAGS } as const;

export async function drillCommand(
  files: readonly string[],
  typed: Typed,
  print: (text: string) => void = (text) => process.stdout.write(text),
): Promise<ExitCode> {
  const flags = new FlagReader(typed);
  flags.refuseUnknown([...Object.keys(DRILL_FLAGS), 'e', 'scenario']);
  const asked = readAsked(flags);
  const drill = readDrill(flags);
  const base = { ...readOptions(flags, files), drill };
  const out = flags.text('out');
  if (files.length === 0) {
    flags.refuse({
      code: 'no-scenario',
      path: 'firedrill drill',
      wanted: 'a scenario file',
      hint: 'firedrill drill scenarios/flagship.ts',
    });
  }
  flags.done();

  const json = flags.isSet('json');
  if (flags.isSet('dry-run')) return tellDrills(files, { asked, base, json }, print);
  const check = (all: readonly ChosenRuns[]): void => checkDrills(all, base);
  return runAll(files, { asked, base, out, json, quiet: flags.isSet('quiet'), check });
}

type Drilled = FileOptions & { drill: DrillFlags };

/** A run of a file with its plan as a drill, or what is wrong with it as one. */
type Planned = { loaded: LoadedScenario; plan: RunPlan; drill: DrillPlan } | { problems: readonly Problem[] };

function planOne(
  { file, overrides }: ChosenRuns,
  run: ChosenRuns['runs'][number],
  { thresholds, drill }: Drilled,
): Planned {
  try {
    const loaded = withThresholds({ ...file, ...run }, thresholds);
    const plan = planRun(loaded.scenario, overrides);
    return { loaded, plan, drill: planDrill(loaded.scenario, plan, drill) };
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error;
    return { problems: error.problems };
  }
}

/** Throws what is wrong with any of them as a drill before the first begins. */
function checkDrills(all: readonly ChosenRuns[], base: Drilled): void {
  const told = new Map<string, Problem>();
  for (const chosen of all) {
    for (const run of chosen.runs) {
      const planned = planOne(chosen, run, base);
      const problems = 'problems' in planned ? planned.problems : [];
      // What two variants have in common is told once.
      for (const problem of problems) told.set(JSON.stringify(problem), problem);
    }
  }
  if (told.size > 0) throw new FiredrillError(EXIT.invalid, [...told.values()]);
}

type Questions = { asked: Asked; base: Drilled; json: boolean };

/** What a file is worth as a drill: its problems, or what the drill of it, or of one of its variants, would be. */
type Told = { file: string; variant: string | null; problems: readonly Problem[]; drill: ToldDrill | null };

/** Says what each drill would do, or every problem of its file; runs nothing. */
async function tellDrills(
  files: readonly string[],
  { asked, base, json }: Questions,
  print: (text: string) => void,
): Promise<ExitCode> {
  const words = await import('../run/drill-plan-words.ts');
  const drills: Told[] = [];
  // One after the other: the feeds a file builds are known by there being no other file at the time.
  for (const file of files) drills.push(...(await tellFile(file, asked, base, words.tellDrill)));
  const valid = drills.every(({ problems }) => problems.length === 0);
  if (json) print(`${JSON.stringify({ schema: 'firedrill/drill-plan/1', valid, drills })}\n`);
  else for (const one of drills) print(`${linesOf(one, words.drillLines).join('\n')}\n`);
  return valid ? EXIT.pass : EXIT.invalid;
}

type Tell = (typeof import('../run/drill-plan-words.ts'))['tellDrill'];

/** One for each run that is asked for; one for a file that cannot be drilled at all. */
async function tellFile(file: string, asked: Asked, base: Drilled, tell: Tell): Promise<Told[]> {
  const { target } = base;
  const place = {
    control: target.kind === 'url' ? target.control : null,
    wantsToken: false,
    isOwnServer: target.kind === 'bundled',
    namespace: null,
    pid: process.pid,
  };
  try {
    const chosen = chooseRuns(await loadFile(file), asked);
    return chosen.runs.map((run): Told => {
      const { variant } = run;
      const planned = planOne(chosen, run, base);
      if ('problems' in planned) return { file, variant, problems: planned.problems, drill: null };
      const { loaded, plan, drill } = planned;
      return { file, variant, problems: [], drill: tell(loaded, plan, drill, place) };
    });
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error;
    return [{ file, variant: null, problems: error.problems, drill: null }];
  }
}

function linesOf({ file, variant, problems, drill }: Told, lines: (told: ToldDrill) => string[]): string[] {
  if (drill) return lines(drill);
  const texts = problems.map((problem) => describeProblem(problem).replaceAll(/^/gm, '    '));
  return [`--  ${variant === null ? file : `${file} ${variant}`}  cannot be drilled`, ...texts];
}
