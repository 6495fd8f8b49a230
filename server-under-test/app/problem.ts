/** One thing wrong with an application file, and what can be done about it. */
export interface AppProblem {
  readonly code:
    | 'app_not_found'
    | 'app_not_a_module'
    | 'app_import_not_found'
    | 'app_syntax_error'
    | 'app_threw'
    | 'app_no_default_export'
    | 'bad_app';
  /** The file as typed, with the place in it where that is known. */
  readonly path: string;
  readonly got: string;
  readonly wanted: string;
  readonly hint: string;
}

/** The application cannot be run. */
export class AppError extends Error {
  readonly code = 'bad_app';
  readonly problems: readonly AppProblem[];

  constructor(problems: readonly AppProblem[], options?: ErrorOptions) {
    super(problems.map(describeAppProblem).join('\n'), options);
    this.problems = problems;
  }
}

/** One line for stderr. */
export function describeAppProblem({ code, path, got, wanted, hint }: AppProblem): string {
  return `${code}: ${path} got ${got}, wanted ${wanted}; hint: ${hint}`;
}
