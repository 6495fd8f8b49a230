/** Where in a scenario file an error came from. */
import { fileURLToPath } from 'node:url';

/** The line (and column) of the file, by its real path, that the stack of an error names first. */
export function placeOf(error: unknown, path: string): string | undefined {
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
