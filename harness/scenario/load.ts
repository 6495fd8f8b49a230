/** Loads and checks a scenario file; what is wrong with it comes as problems, never as a stack. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EXIT, FiredrillError, messageOf } from '../base/errors.ts';
import type { Problem } from '../base/errors.ts';
import { METRIC_NAMES } from '../base/metrics.ts';
import type { SmallSize } from './api.ts';
import { checkScenario } from './check.ts';
import { placeOf } from './error-place.ts';
import { beginFeeds, type Feed } from './feed.ts';
import type { Result } from './finding.ts';
import { admitScenario } from './module-hooks.ts';
import { isFields } from './shape.ts';
import { runsOf, type CheckedScenario, type ScenarioRun } from './variants.ts';

type FileFacts = {
  /** The file's name without its extension. */
  name: string;
  /** Absolute. */
  file: string;
  /** Of the file as it stands on disk, hexadecimal. */
  sha256: string;
};

/** One run of a scenario file. */
export type LoadedScenario = FileFacts & {
  /** Null where the file has no variants. */
  variant: string | null;
  scenario: CheckedScenario;
};

/** A scenario file: the runs it stands for, and what it says of all of them. */
export type ScenarioFile = FileFacts & {
  about: string;
  /** Its first line, where that is `// Claim: …`; without the word. */
  claim: string | null;
  /** The numbers of the claims it measures. */
  claims: readonly string[];
  /** The size of `--small`; null where it has none. */
  small: SmallSize | null;
  /** One without variants, else one for each, in the order written; never empty. */
  runs: readonly ScenarioRun[];
  finding: ((results: Readonly<Record<string, Result>>) => unknown) | null;
};

/** The feeds that each file, by its URL, has built. */
const feedsOf = new Map<string, ReadonlySet<Feed<unknown>>>();

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

/**
 * A run of a file: of the variant named, of the first where none is.
 * `FiredrillError` 104 with every problem when the file cannot be used.
 */
export async function loadScenario(file: string, variant: string | null = null): Promise<LoadedScenario> {
  const { runs, name, file: path, sha256 } = await loadFile(file);
  const run = variant === null ? runs[0] : runs.find((one) => one.variant === variant);
  if (!run) {
    const wanted = runs.map((one) => one.variant ?? 'no variant').join(', ');
    throw refuse(file, 'unknown-variant', { got: `'${variant}'`, wanted });
  }
  return { name, file: path, sha256, variant: run.variant, scenario: run.scenario };
}

/**
 * A scenario file (absolute, or relative to the working directory), checked.
 * `FiredrillError` 104 with every problem when it cannot be used.
 */
export async function loadFile(file: string): Promise<ScenarioFile> {
  const path = resolve(file);
  const source = readSource(path, file);
  // Node imports by real path, so the hooks must know it by that name.
  const realPath = realpathSync(path);
  const url = pathToFileURL(realPath).href;
  admitScenario(url);
  let exported: unknown;
  const building = beginFeeds(dirname(realPath));
  try {
    exported = await import(url);
  } catch (error) {
    if (error instanceof FiredrillError) throw error;
    throw new FiredrillError(EXIT.invalid, [explainFailure(error, realPath, file, source)], { cause: error });
  } finally {
    const built = building.end();
    // A file that was loaded before is not evaluated again, and its feeds are those of then.
    if (built.size > 0) feedsOf.set(url, built);
  }
  if (!isFields(exported) || !('default' in exported)) {
    throw refuse(file, 'no-default-export', {
      got: describeExports(exported),
      wanted: 'a default export',
      hint: 'write: export default scenario({ … })',
    });
  }
  const definition = exported['default'];
  const problems = checkScenario(definition, METRIC_NAMES, feedsOf.get(url));
  if (problems.length > 0 || !isFields(definition)) throw new FiredrillError(EXIT.invalid, problems);
  const { about, claim, small, finding } = definition as Checked;
  return {
    name: basename(path, extname(path)),
    file: path,
    sha256: createHash('sha256').update(source).digest('hex'),
    about,
    claim: claimLine(source),
    claims: typeof claim === 'string' ? [claim] : (claim ?? []),
    small: small ?? null,
    runs: runsOf(definition),
    finding: finding ?? null,
  };
}

/** What a checked definition holds beside its runs. */
type Checked = {
  about: string;
  claim?: string | readonly string[];
  small?: SmallSize;
  finding?: (results: Readonly<Record<string, Result>>) => unknown;
};

/** The sentence of a first line `// Claim: …`; null where the first line is another. */
export function claimLine(source: string): string | null {
  return /^\/\/ Claim: (.+)/.exec(source)?.[1]?.trim() ?? null;
}

function readSource(path: string, file: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) {
    throw refuse(file, 'no-such-file', {
      wanted: 'a scenario file',
      hint: 'firedrill run scenarios/flagship.ts',
    });
  }
  if (!stats.isFile()) {
    throw refuse(file, 'not-a-file', {
      got: stats.isDirectory() ? 'a folder' : 'no regular file',
      wanted: 'a scenario file',
    });
  }
  if (!EXTENSIONS.includes(extname(path))) {
    throw refuse(file, 'not-a-module', {
      got: extname(path) === '' ? 'no extension' : extname(path),
      wanted: `a module: ${EXTENSIONS.join(', ')}`,
    });
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw refuse(file, 'unreadable-file', { got: messageOf(error), wanted: 'a file this user may read' });
  }
}

function explainFailure(error: unknown, path: string, file: string, source: string): Problem {
  const message = messageOf(error).split('\n')[0] ?? '';
  const code = isFields(error) ? error['code'] : undefined;
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_UNSUPPORTED_DIR_IMPORT') {
    return {
      code: 'import-not-found',
      path: file,
      got: message,
      wanted: 'imports that exist, with their file extension',
    };
  }
  const where =
    placeOf(error, path) ?? (error instanceof SyntaxError ? syntaxPlaceOf(path, source) : undefined);
  const place = where === undefined ? file : `${file}:${where}`;
  if (!(error instanceof SyntaxError)) {
    return {
      code: 'scenario-threw',
      path: place,
      got: message,
      wanted: 'a file that loads without throwing',
    };
  }
  const stripOnly = code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX';
  const wanted = stripOnly
    ? 'TypeScript that only needs its types removed (no enums, no namespaces)'
    : 'a module that parses';
  return { code: 'syntax-error', path: place, got: message, wanted };
}

/** V8 keeps the place of a module's syntax error to itself; `node --check` tells it. */
function syntaxPlaceOf(path: string, source: string): string | undefined {
  try {
    const input = path.endsWith('ts') ? stripTypeScriptTypes(source) : source;
    const checked = spawnSync(process.execPath, ['--check', '--input-type=module', '-'], {
      input,
      encoding: 'utf8',
    });
    return /^\[stdin\]:(\d+)$/m.exec(checked.stderr)?.[1];
  } catch {
    // The error lies in a file that this one imports, or Node cannot be started: the message alone then.
    return undefined;
  }
}

function describeExports(exported: unknown): string {
  const names = isFields(exported) ? Object.keys(exported) : [];
  return names.length === 0 ? 'no exports' : `exports ${names.slice(0, 5).join(', ')}`;
}

function refuse(file: string, code: string, rest: Omit<Problem, 'code' | 'path'>): FiredrillError {
  return new FiredrillError(EXIT.invalid, [{ code, path: file, ...rest }]);
}
