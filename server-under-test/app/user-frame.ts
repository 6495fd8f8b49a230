import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLES = `${SERVER}examples/`;
const FRAME = /(?:^|\(|at (?:async )?)(file:\/\/[^\s()]+?|\/[^()]+?):(\d+)(?::(\d+))?\)?$/;

interface Frame {
  readonly file: string;
  /** `line` or `line:column`. */
  readonly place: string;
}

function isUsers({ file }: Frame): boolean {
  return !file.startsWith(SERVER) || file.startsWith(EXAMPLES);
}

function readFrame(line: string): Frame | null {
  const [, named, row, column] = FRAME.exec(line.trim()) ?? [];
  if (named === undefined || row === undefined) return null;
  const file = named.startsWith('file:') ? fileURLToPath(named) : named;
  return { file, place: column === undefined ? row : `${row}:${column}` };
}

/** Where in the user's files an error came from, as `my-app.ts:12:9`; null when its stack names none of them. */
export function userFrame(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const frames = (error.stack ?? '')
    .split('\n')
    .map(readFrame)
    .filter((frame) => frame !== null)
    .filter(isUsers);
  // What a dependency threw, the user's call of it is the place to look at.
  const frame = frames.find(({ file }) => !file.includes('/node_modules/')) ?? frames[0];
  return frame === undefined ? null : `${shortPath(frame.file)}:${frame.place}`;
}

/** A path as one would type it here. */
export function shortPath(file: string): string {
  const short = relative(process.cwd(), file);
  return short === '' || short.startsWith('..') ? file : short;
}
