/** The version in package.json, wherever we run from: the clone's root, or above `dist`. */
import { readFileSync } from 'node:fs';

export function readVersion(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const text = readFileSync(new URL(path, import.meta.url), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      // Not this one: built files lie a folder deeper.
    }
  }
  return '0.0.0';
}
