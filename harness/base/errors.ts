/**
 * Errors that teach: a stable code, where it is wrong, what was got, what was
 * wanted and a hint that can be typed. Checkers collect all problems at once.
 */

/** Exit codes of the command line, k6's numbers where the meaning is the same; all below 126. */
export const EXIT = {
  pass: 0,
  bug: 1,
  thresholds: 99,
  invalid: 104,
  signal: 105,
  scenarioThrew: 107,
  aborted: 108,
  regression: 111,
  deviated: 112,
  inconclusive: 113,
  unreachable: 114,
  notLifted: 115,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** When several apply, the first of these is the one the process ends with. */
const PRECEDENCE: readonly ExitCode[] = [115, 1, 105, 104, 107, 114, 113, 108, 112, 99, 111, 0];

/** The exit code that wins when a run has earned several of them. */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  return PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT.pass;
}

/** One thing that is wrong, in words a user can act on. */
export type Problem = {
  /** Stable, kebab-case: `unknown-metric`. */
  code: string;
  /** Where: a flag, a scenario path (`thresholds.push_duration[0]`), a file. */
  path: string;
  got?: string;
  wanted?: string;
  /** A command or an edit that mends it. */
  hint?: string;
};

/** Raised with every problem found, and the exit code the command should end with. */
export class FiredrillError extends Error {
  override readonly name = 'FiredrillError';
  readonly problems: readonly Problem[];
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(describeProblem).join('\n'), options);
    this.problems = problems;
    this.exitCode = exitCode;
  }
}

/** Runs every check and throws what all of them found as one error, with the exit code that wins. */
export function checkAll(...checks: readonly (() => unknown)[]): void {
  const errors = checks.flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      if (error instanceof FiredrillError) return [error];
      throw error;
    }
  });
  if (errors.length === 0) return;
  const problems = errors.flatMap((error) => error.problems);
  throw new FiredrillError(worstExit(errors.map((error) => error.exitCode)), problems);
}

/** One problem as text: `code  path` and an indented line each for got, wanted and hint. */
export function describeProblem(problem: Problem): string {
  const lines = [`${problem.code}  ${problem.path}`];
  if (problem.got !== undefined) lines.push(`  got     ${problem.got}`);
  if (problem.wanted !== undefined) lines.push(`  wanted  ${problem.wanted}`);
  if (problem.hint !== undefined) lines.push(`  hint    ${problem.hint}`);
  return lines.join('\n');
}

/** The message of whatever was thrown, without its stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** An error of our own making, for a command line that must say something of anything thrown. */
export function toFiredrillError(error: unknown): FiredrillError {
  if (error instanceof FiredrillError) return error;
  return new FiredrillError(EXIT.bug, [{ code: 'bug', path: 'firedrill', got: messageOf(error) }], {
    cause: error,
  });
}
