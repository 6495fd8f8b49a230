/** Where the scenario of a quick drill is put: beside nobody for a run, or into a folder of the user's. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { messageOf, type Problem } from '../base/errors.ts';
import type { QuickDrill } from './drill.ts';
import { writeScenario } from './write-scenario.ts';

/** The file's name is the scenario's: in records and in folders of runs. */
const NAME = 'quick.ts';

/** The scenario in a folder of its own, which goes with `remove` or with the process. */
export function writeTemporary(drill: QuickDrill): { file: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-quick-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const file = join(folder, NAME);
  const feedFile = drill.feed === null ? null : resolve(drill.feed.file);
  writeFileSync(file, writeScenario(drill, { head: [], feedFile }), { mode: 0o600 });
  return {
    file,
    remove() {
      process.off('exit', remove);
      remove();
    },
  };
}

/** What is in the way of a file that is to be written, or null. */
export function ejectProblem(file: string, force: boolean): Problem | null {
  const flag = { path: '--eject', got: `'${file}'` };
  if (!['.ts', '.mts'].includes(extname(file))) {
    return { code: 'bad-flag', ...flag, wanted: 'a TypeScript file', hint: '--eject my-room.ts' };
  }
  const there = statSync(file, { throwIfNoEntry: false });
  if (there && (!force || !there.isFile())) {
    return { code: 'file-exists', ...flag, wanted: 'a new file', hint: '--force writes over a file' };
  }
  return null;
}

/** Writes the scenario where the user wants it; what went wrong as a problem. */
export function eject(
  drill: QuickDrill,
  file: string,
  options: { force: boolean; head: readonly string[] },
): Problem | null {
  const problem = ejectProblem(file, options.force);
  if (problem) return problem;
  // A feed is named from the scenario's folder, so that both can be moved together.
  const feedFile = drill.feed === null ? null : relative(dirname(resolve(file)), resolve(drill.feed.file));
  const source = writeScenario(drill, {
    head: options.head,
    feedFile: feedFile === null ? null : feedFile.replaceAll('\\', '/'),
  });
  try {
    writeFileSync(file, source, { flag: options.force ? 'w' : 'wx' });
    return null;
  } catch (error) {
    const got = messageOf(error);
    return { code: 'not-written', path: '--eject', got, wanted: 'a file that can be written' };
  }
}
