import { nearest } from './nearest.ts';
import type { ConfigProblem } from './problem.ts';
import { SETTING_KEYS, SETTINGS } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value, or what is wrong with where it should come from; null when the environment says nothing. */
export type Found =
  | { readonly path: string; readonly text: string }
  | { readonly problem: ConfigProblem }
  | null;

const SHORTEST_GUESS = 8;

/** Looks for NAME and for the file NAME_FILE points at, as Docker mounts secrets; the file's last newline is no part of it. */
export function lookUp(name: string, env: Environment, readFile: (path: string) => string): Found {
  const text = env[name];
  const pathName = `${name}_FILE`;
  const file = env[pathName];
  if (file === undefined) return text === undefined ? null : { path: name, text };
  if (text !== undefined) {
    const problem = {
      code: 'bad_variable',
      path: name,
      got: `both ${name} and ${pathName}`,
      wanted: 'one of them',
      hint: `unset ${name}, or unset ${pathName}`,
    } as const;
    return { problem };
  }
  try {
    return { path: pathName, text: readFile(file).replace(/\r?\n$/, '') };
  } catch (error) {
    const problem = {
      code: 'bad_variable',
      path: pathName,
      got: error instanceof Error ? error.message : String(error),
      wanted: 'a readable file',
      hint: `unset ${pathName}, or put the value into that file`,
    } as const;
    return { problem };
  }
}

/** A warning for each variable that is nearly one of ours. Short names are near to too much. */
export function nearMisses(env: Environment): string[] {
  const known = SETTING_KEYS.map((key) => SETTINGS[key].name).flatMap((name) => [name, `${name}_FILE`]);
  return Object.keys(env).flatMap((name) => {
    if (name.length < SHORTEST_GUESS || known.includes(name)) return [];
    const near = nearest(name, known, (word) =>
      word.length < SHORTEST_GUESS ? 0 : word.length < 12 ? 1 : 2,
    );
    return near === null ? [] : [`unknown_variable: ${name} is set and ignored; hint: did you mean ${near}?`];
  });
}
