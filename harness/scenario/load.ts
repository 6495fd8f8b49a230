/** Loads and checks a scenario file; what is wrong with it comes as problems, never as a stack. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, dirname, extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EXIT, FiredrillError, messageOf } from '../base/errors.ts';
import type { Problem } from '../base/errors.ts';
import { METRIC_NAMES } from '../base/metrics.ts';
import type { Scenario, Threshold } from './api.ts';
import { checkScenario } from './check.ts';
import { beginFeeds, type Feed } from './feed.ts';
import { admitScenario } from './module-hooks.ts';
import { isFields } from './shape.ts';

/** A scenario whose metrics are known by name only. */
export type CheckedScenario = Omit<Scenario, 'thresholds'> & {
  thresholds?: Readonly<Record<string, readonly Threshold[]>>;
};

export type LoadedScenario = {
  /** The file's name without its extension. */
  name: string;
  /** Absolute. */
  file: string;
  /** Of the file as it stands on disk, hexadecimal. */
  sha256: string;
  scenario: CheckedScenario;
};

/** The feeds that each file, by its URL, has built. */
const feedsOf = new Map<string, ReadonlySet<Feed<unknown>>>();

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

/**
 * The scenario of a file (absolute, or relative to the working directory), checked.
 * `FiredrillError` 104 with every problem when the file cannot be used.
 */
export async function loadScenario(file: string): Promise<LoadedScenario> {
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
  const problems = checkScenario(exported['default'], METRIC_NAMES, feedsOf.get(url));
  if (problems.length > 0) throw new FiredrillError(EXIT.invalid, problems);
  return {
    name: basename(path, extname(path)),
    file: path,
    sha256: createHash('sha256').update(source).digest('hex'),
    scenario: exported['default'] as CheckedScenario,
  };
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

/** The line (and column) of the scenario file that the stack of an error names first. */
function placeOf(error: unknown, path: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  for (const line of (error.stack ?? '').split('\n')) {
    const match = /(?:^|\(|at (?:async )?)(file:\/\/[^\s()]+?|\/[^()]+?):(\d+)(?::(\d+))?\)?$/.exec(
      line.trim(),
    );
    if (!match) continue;
    const named = match[1] ?? '';
    if ((named.startsWith('file:') ? fileURLToPath(named) : named) !== path) continue;
    return match[3] === undefined ? match[2] : `${match[2]}:${match[3]}`;
  }
  return undefined;
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
