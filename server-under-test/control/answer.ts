import type { Problem } from '../faults/check.ts';

/** One thing wrong with a request; the hint can be typed. */
export interface ControlProblem extends Problem {
  readonly hint?: string;
}

/** What the control port sends back: JSON, or a text with its own content type. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that cannot be answered as asked; thrown where there is nothing else to return. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(status: number, problem: ControlProblem, headers: Readonly<Record<string, string>> = {}) {
    super(problem.wanted);
    this.answer = { ...problems(status, [problem]), headers };
  }
}

export function problems(status: number, list: readonly ControlProblem[]): Answer {
  return { status, body: { problems: list } };
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}
