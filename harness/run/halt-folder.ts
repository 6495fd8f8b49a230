/**
 * Where the runs of a user can be found: a folder of their own with one socket for
 * each run in progress. Nobody else may look into it, or put anything there.
 */
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { messageOf } from '../base/errors.ts';

/** What a socket's address holds (sun_path, less the byte that ends it). */
export const MOST_PATH_BYTES = 107;

const OTHERS_WRITE = 0o022;
const ALL_OF_OTHERS = 0o077;

/** The folders that may hold it, the preferred one first; none where users have no numbers. */
export function haltFolders(
  env: Readonly<Record<string, string | undefined>> = process.env,
  user = process.getuid?.(),
): string[] {
  if (user === undefined) return [];
  const { XDG_RUNTIME_DIR: runtime = '' } = env;
  const parents = [...(isAbsolute(runtime) ? [runtime] : []), tmpdir()];
  return [...new Set(parents)].map((parent) => join(parent, `firedrill-${user}`));
}

/** Why the folder is not to be trusted, in words; null when it is ours alone. */
export function distrustOfFolder(folder: string, user = process.getuid?.()): string | null {
  try {
    const { uid, mode, isLink, isFolder } = lookAt(folder);
    if (isLink || !isFolder) return `${folder} is no folder`;
    if (uid !== user) return `${folder} belongs to somebody else`;
    return (mode & OTHERS_WRITE) === 0 ? null : `${folder} can be written by others`;
  } catch (error) {
    return messageOf(error);
  }
}

/** Makes it where it is missing; throws the reason when it cannot be used. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const distrust = distrustOfFolder(folder);
  if (distrust !== null) throw new Error(distrust);
  // A umask may have taken too little away, or somebody given others a look.
  if ((lookAt(folder).mode & ALL_OF_OTHERS) !== 0) chmodSync(folder, 0o700);
}

function lookAt(folder: string): { uid: number; mode: number; isLink: boolean; isFolder: boolean } {
  const found = lstatSync(folder);
  const { uid, mode } = found;
  return { uid, mode, isLink: found.isSymbolicLink(), isFolder: found.isDirectory() };
}
