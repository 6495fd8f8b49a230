/** What a refusal means, and what somebody who meets it can do: the shape of an answer. */

/** Three answers to "it was refused": what happened, why it does, what to try first. */
export type Explanation = {
  /** One sentence with its count; holds text from outside, as it came. */
  what: string;
  /** The likely cause, a sentence; empty when nothing can be told. */
  why: string;
  /** Things to do or to look at, likeliest first; flags and code stand as they are typed. */
  tryThis: readonly string[];
};

/** The part of an explanation that does not depend on who and how many. */
export type Cause = Omit<Explanation, 'what'>;

/** Causes by how they were worded; the first that fits wins. */
export type CauseTable = readonly (readonly [pattern: RegExp, cause: Cause])[];

/** The cause of a wording, or undefined when the table knows none. */
export function causeIn(table: CauseTable, wording: string): Cause | undefined {
  return table.find(([pattern]) => pattern.test(wording))?.[1];
}
