import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { AppError, type AppProblem } from './problem.ts';
import { stripTypes } from './strip-types.ts';
import { userFrame } from './user-frame.ts';

const NOT_FOUND = [
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'MODULE_NOT_FOUND',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
];

/** What an import of an application that failed says to its author; `path` is the file as typed. */
export function explainFailure(error: unknown, path: string, file: string): readonly AppProblem[] {
  if (error instanceof AppError)
    return error.problems.map((problem) => ({ ...problem, path: `${path}: ${problem.path}` }));
  const got = firstLine(error);
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && NOT_FOUND.includes(code)) {
    const hint =
      "local files are imported with their extension: './rooms.ts'; packages are installed beside the file";
    return [{ code: 'app_import_not_found', path, got, wanted: 'imports that exist', hint }];
  }
  if (!(error instanceof SyntaxError)) {
    const place = userFrame(error) ?? path;
    const hint = 'a worker is the place for what runs, and it may fail and start again';
    return [{ code: 'app_threw', path: place, got, wanted: 'a file that loads without throwing', hint }];
  }
  const row = syntaxRow(file);
  const place = userFrame(error) ?? (row === null ? path : `${path}:${row}`);
  const stripOnly = code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX';
  return [
    {
      code: 'app_syntax_error',
      path: place,
      got,
      wanted: stripOnly ? 'TypeScript that only needs its types removed' : 'a module that parses',
      hint: stripOnly
        ? 'no enum, no namespace, no parameter properties'
        : 'node --check says the same of a .js file',
    },
  ];
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0] ?? '';
}

/** V8 keeps the place of a module's syntax error to itself; `node --check` tells it. */
function syntaxRow(file: string): string | null {
  try {
    const text = readFileSync(file, 'utf8');
    const input = file.endsWith('ts') ? stripTypes(text, file) : text;
    const args = ['--check', '--input-type=module', '-'];
    const { stderr } = spawnSync(process.execPath, args, { input, encoding: 'utf8' });
    return /^\[stdin\]:(\d+)$/m.exec(stderr)?.[1] ?? null;
  } catch {
    // The error lies in a file this one imports: the message alone then.
    return null;
  }
}
