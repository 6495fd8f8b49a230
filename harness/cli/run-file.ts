/** Every run of one scenario file, in the order written, and at the end what the scenario says of them. */
import { join } from 'node:path';
import { realClock } from '../base/clock.ts';
import { describeProblem, EXIT, worstExit, type ExitCode } from '../base/errors.ts';
import type { FindingRecord } from '../record/write-finding.ts';
import type { RunOptions, RunResult } from '../run/run.ts';
import type { ToldFinding } from '../run/tell-finding.ts';
import type { ChosenRuns } from '../scenario/chosen-runs.ts';
import { runWithProgress, wantsColour, type FirstCrew, type Tell } from './run-and-tell.ts';

/** What is the same for all runs of a file; `out` is the folder of its one run, or of all of them. */
export type FileOptions = Omit<RunOptions, 'scenarioFile' | 'variant' | 'overrides' | 'command'> & {
  /** The command that makes the run of a variant again; of all of them, for null. */
  commandOf(variant: string | null): string;
};

/** Ends with the worst exit code of its runs, or 107 when its finding threw. */
export async function runFile(
  scenarioFile: string,
  chosen: ChosenRuns,
  options: FileOptions,
  tell: Tell,
  crew: FirstCrew | undefined,
): Promise<ExitCode> {
  const { commandOf, ...same } = options;
  const { file, overrides } = chosen;
  const hasVariants = file.runs[0]?.variant !== null;
  const out = hasVariants ? await parentFolder(options.out, file.name) : options.out;
  const results: RunResult[] = [];
  let first = crew;
  for (const [nth, { variant, about }] of chosen.runs.entries()) {
    if (nth > 0 && tell.interrupt.aborted) break;
    const place = variant === null || out === undefined ? out : join(out, variant);
    const one: RunOptions = {
      ...same,
      scenarioFile,
      variant,
      overrides,
      command: commandOf(variant),
      ...(place === undefined ? {} : { out: place }),
    };
    const heading = `${variant}, ${nth + 1} of ${chosen.runs.length}${about === null ? '' : `: ${about}`}`;
    const result = await runWithProgress(one, tell, {
      ...(first === undefined ? {} : { crew: first }),
      ...(variant === null ? {} : { heading }),
    });
    first = undefined;
    results.push(result);
    if (variant === null) continue;
    const { writeReport } = await import('./report-files.ts');
    if (tell.json) writeReport(result.record, result.dir);
    else {
      if (nth > 0 && process.stdout.isTTY) process.stdout.write('\n');
      await print(result, tell);
    }
  }
  return conclude(chosen, results, { hasVariants, out, command: commandOf(null) }, tell);
}

/** Every variant is a folder of this one; an earlier finding there is no longer true. */
async function parentFolder(out: string | undefined, name: string): Promise<string> {
  const { defaultFolder } = await import('../run/run.ts');
  const { removeFinding } = await import('../record/write-finding.ts');
  const folder = out ?? defaultFolder(name, realClock);
  removeFinding(folder);
  return folder;
}

async function print(result: RunResult, tell: Tell): Promise<void> {
  // The renderers take as long to load as a worker does, and the first arrival comes before them.
  const { printResult } = await import('./print-result.ts');
  printResult(result, { json: tell.json, colour: wantsColour(process.stdout) });
}

type Ended = { hasVariants: boolean; out: string | undefined; command: string };

async function conclude(
  { file }: ChosenRuns,
  results: readonly RunResult[],
  { hasVariants, out, command }: Ended,
  tell: Tell,
): Promise<ExitCode> {
  const { tellFinding } = await import('../run/tell-finding.ts');
  const over = results.map(({ record: { summary }, result }) => ({
    variant: summary.variant ?? null,
    result,
    isWhole: !summary.interrupted,
  }));
  const told = tellFinding(file, over);
  const codes = results.map(({ exitCode }) => exitCode);
  const exitCode = worstExit(told.problems.length === 0 ? codes : [...codes, EXIT.scenarioThrew]);
  const [first] = results;
  const dir = hasVariants ? out : first?.dir;
  if (file.finding !== null && dir !== undefined)
    await keepFinding(told, dir, { command, results, name: file.name });
  if (!hasVariants && first) await print(first, tell);
  if (hasVariants && dir !== undefined) {
    const { printFinding } = await import('./print-result.ts');
    const { finding, why } = told;
    const options = { json: tell.json, colour: wantsColour(process.stdout) };
    printFinding({ scenario: file.name, results, finding, why, dir, exitCode }, options);
  }
  for (const problem of told.problems) process.stderr.write(`${describeProblem(problem)}\n`);
  if (told.why !== null && told.problems.length === 0) process.stderr.write(`no finding: ${told.why}\n`);
  return exitCode;
}

/** Beside the runs, and in each of them. */
async function keepFinding(
  { finding, why }: ToldFinding,
  dir: string,
  { command, results, name }: { command: string; results: readonly RunResult[]; name: string },
): Promise<void> {
  const { writeFinding } = await import('../record/write-finding.ts');
  const { writeSummary } = await import('../record/write-run.ts');
  const { writeReport } = await import('./report-files.ts');
  const variants = results.map(({ record: { summary }, exitCode }): FindingRecord['variants'][number] => ({
    name: summary.variant ?? 'run',
    dir: summary.variant ?? '.',
    verdict: summary.verdict.status,
    exitCode,
  }));
  const at = new Date(realClock.wallMs()).toISOString();
  writeFinding(dir, { scenario: name, finding, why, at, command, variants });
  if (finding === null) return;
  for (const result of results) {
    result.record.summary.finding = finding;
    writeSummary(result.dir, result.record.summary);
    // That of a run without variants is still to come.
    if (result.record.summary.variant != null) writeReport(result.record, result.dir);
  }
}
