/** One thing wrong with the configuration, and what can be typed to mend it. */
export interface ConfigProblem {
  readonly code: 'bad_flag' | 'bad_variable' | 'bad_config';
  /** The flag or the variable. */
  readonly path: string;
  /** Never a secret's value. */
  readonly got: string;
  readonly wanted: string;
  readonly hint: string;
}

const LONGEST = 80;

/** A value in a message: one line, of bounded length. */
export function quote(value: string): string {
  if (value === '') return 'nothing';
  const cut = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  return /^[!-~]+$/.test(cut) ? cut : JSON.stringify(cut);
}

/** One line for stderr. */
export function describeProblem({ code, path, got, wanted, hint }: ConfigProblem): string {
  return `${code}: ${path} got ${got}, wanted ${wanted}; hint: ${hint}`;
}
