/** `firedrill list`: the scenarios there are, each with the claim it measures. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, FiredrillError, messageOf, type ExitCode } from '../base/errors.ts';
import { claimLine, loadFile } from '../scenario/load.ts';
import { planRun } from '../scenario/plan.ts';
import { FlagReader, type Typed } from './flags.ts';
import { renderList, renderListLines, type Listed } from './list-table.ts';

/** Flags of `list` with their help, in the order shown. */
export const LIST_FLAGS = {
  json: { type: 'boolean', describe: 'one JSON document on stdout' },
  debug: { type: 'boolean', describe: 'stack traces with errors' },
} as const;

/** Exit code 104 when one of them cannot be run. */
export async function listCommand(
  typed: Typed,
  folders = scenarioFolders(),
  print: (text: string) => void = (text) => process.stdout.write(text),
): Promise<ExitCode> {
  const flags = new FlagReader(typed);
  flags.refuseUnknown(Object.keys(LIST_FLAGS));
  flags.done();
  const listed: Listed[] = [];
  // One after the other: the feeds a file builds are known by there being no other file at the time.
  for (const { folder, library } of folders) {
    for (const file of scenariosIn(folder)) listed.push(await look(file, library));
  }
  if (flags.isSet('json')) {
    print(`${JSON.stringify({ schema: 'firedrill/list/1', scenarios: listed })}\n`);
  } else if (process.stdout.isTTY) {
    const colour = (process.env['NO_COLOR'] ?? '') === '';
    print(`${renderList(listed, { columns: process.stdout.columns || 100, colour })}\n`);
  } else {
    print(renderListLines(listed));
  }
  return listed.some(({ problem }) => problem !== null) ? EXIT.invalid : EXIT.pass;
}

type Folder = { folder: string; library: boolean };

/** The library's, and `./scenarios` where that is another. */
function scenarioFolders(): Folder[] {
  const library = libraryFolder();
  const own = resolve('scenarios');
  const folders = library === null ? [] : [{ folder: library, library: true }];
  const isOther = existsSync(own) && (library === null || realpathSync(own) !== realpathSync(library));
  return isOther ? [...folders, { folder: own, library: false }] : folders;
}

/** Beside the sources in a clone, above `dist` in a package. */
function libraryFolder(): string | null {
  const places = ['../../scenarios', '../../../scenarios'];
  const folders = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return folders.find((folder) => existsSync(folder)) ?? null;
}

/** The modules of a folder by name; tests and declarations are none. */
function scenariosIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /^(?!.*\.(?:test|d)\.m?[jt]s$).*\.m?[jt]s$/.test(name));
  const bare = (name: string): string => name.replace(/\.m?[jt]s$/, '');
  // `a` before `a-b`, which the dot of `a.ts` would put behind.
  return names.toSorted((a, b) => (bare(a) < bare(b) ? -1 : 1)).map((name) => join(folder, name));
}

async function look(path: string, library: boolean): Promise<Listed> {
  const fromHere = relative('', path);
  const file = fromHere.startsWith('..') ? path : fromHere;
  const name = path.replace(/^.*[/\\]/, '').replace(/\.m?[jt]s$/, '');
  try {
    const loaded = await loadFile(path);
    const sizes = loaded.runs.map(({ scenario }) => planRun(scenario, { seed: 7 }).clients);
    return {
      name,
      file,
      library,
      claim: loaded.claim,
      claims: loaded.claims,
      about: loaded.about,
      variants: loaded.runs.flatMap(({ variant, about }) =>
        variant === null ? [] : { name: variant, about },
      ),
      clients: Math.max(...sizes),
      small: loaded.small !== null,
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error;
    const problem = error.problems[0] ?? { code: 'unusable', path: file, got: messageOf(error) };
    const claim = claimOf(path);
    return {
      name,
      file,
      library,
      claim,
      claims: [],
      about: null,
      variants: [],
      clients: null,
      small: false,
      problem,
    };
  }
}

function claimOf(path: string): string | null {
  try {
    return claimLine(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
