/** What a scenario says of its runs once all of them are over. */
import { realpathSync } from 'node:fs';
import { EXIT, FiredrillError, messageOf, type Problem } from '../base/errors.ts';
import { placeOf } from '../scenario/error-place.ts';
import type { Result } from '../scenario/finding.ts';
import type { ScenarioFile } from '../scenario/load.ts';
import { describeValue } from '../scenario/shape.ts';

/** A run that is over; one that was cut short proves nothing. */
export type OverRun = { variant: string | null; result: Result; isWhole: boolean };

export type ToldFinding = {
  /** One line; null when there is none to tell. */
  finding: string | null;
  /** Why the scenario's could not be told; null when it was, or when it has none. */
  why: string | null;
  /** What went wrong in it: exit code 107. */
  problems: readonly Problem[];
};

/** Asks the scenario for its finding, if all its runs came to their end. */
export function tellFinding(file: ScenarioFile, over: readonly OverRun[]): ToldFinding {
  if (file.finding === null) return { finding: null, why: null, problems: [] };
  const why = whatIsMissing(file, over);
  if (why !== null) return { finding: null, why, problems: [] };
  // Names as they were written, `__proto__` too.
  const results = Object.fromEntries(over.map(({ variant, result }) => [variant ?? 'run', result]));
  try {
    const told = file.finding(results);
    if (typeof told === 'string') return { finding: oneLine(told), why: null, problems: [] };
    return failed([notText(told, file)]);
  } catch (thrown) {
    return failed(explain(thrown, file));
  }
}

function whatIsMissing(file: ScenarioFile, over: readonly OverRun[]): string | null {
  const made = new Set(over.map(({ variant }) => variant));
  const left = file.runs.flatMap(({ variant }) => (made.has(variant) ? [] : (variant ?? 'run')));
  if (left.length > 0) return `it needs every variant, and ${left.join(', ')} did not run`;
  const cut = over.filter((run) => !run.isWhole).map(({ variant }) => variant ?? 'the run');
  return cut.length === 0 ? null : `${cut.join(', ')} ended before its time`;
}

function failed(problems: readonly Problem[]): ToldFinding {
  return { finding: null, why: 'it threw', problems };
}

function explain(thrown: unknown, { file }: ScenarioFile): Problem[] {
  const where = placeOf(thrown, realpathSync(file));
  const path = where === undefined ? file : `${file}:${where}`;
  if (thrown instanceof FiredrillError && thrown.exitCode === EXIT.scenarioThrew) {
    return thrown.problems.map((problem) => ({ ...problem, path: `${path} ${problem.path}` }));
  }
  const got = messageOf(thrown).split('\n')[0] ?? '';
  return [{ code: 'finding-threw', path, got, wanted: 'one line' }];
}

function notText(told: unknown, { file }: ScenarioFile): Problem {
  const got = told instanceof Promise ? 'a promise' : describeValue(told);
  return { code: 'finding-not-a-text', path: `${file} finding`, got, wanted: 'one line, as a text' };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
