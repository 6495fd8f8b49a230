import type { ServerConfig } from '../config.ts';
import { nearest } from './nearest.ts';
import { quote, type ConfigProblem } from './problem.ts';
import { SETTING_KEYS, SETTINGS } from './settings.ts';
import { YES_NO } from './kind.ts';

/** What the command line says, unread. */
export interface Flags {
  readonly values: ReadonlyMap<keyof ServerConfig, string>;
  /** `--help`, and whether as a Markdown table. */
  readonly help: 'text' | 'markdown' | null;
  /** `--no-env`: the environment says nothing. */
  readonly ignoreEnvironment: boolean;
  readonly problems: readonly ConfigProblem[];
}

const HELP = '--help';
const NO_ENV = '--no-env';
const KEYS_BY_FLAG = new Map(SETTING_KEYS.map((key) => [SETTINGS[key].flag, key]));
const KNOWN = [...KEYS_BY_FLAG.keys(), HELP, NO_ENV];

function isKnown(argument: string): boolean {
  return KNOWN.includes(argument.split('=', 1)[0] ?? '');
}

function unknown(name: string): ConfigProblem {
  const near = nearest(name, KNOWN, (flag) => Math.max(1, Math.floor(flag.length / 4)));
  return {
    code: 'bad_flag',
    path: quote(name),
    got: 'an unknown flag',
    wanted: 'a flag of the server',
    hint: near === null ? '--help lists them all' : `did you mean ${near}?`,
  };
}

/** A word that belongs to no flag. It may be a secret that lost its flag, so only its place is told. */
function stray(position: number): ConfigProblem {
  return {
    code: 'bad_flag',
    path: `argument ${position}`,
    got: 'a word that belongs to no flag',
    wanted: '--name value or --name=value',
    hint: '--help lists the flags',
  };
}

/** Reads `--name value` and `--name=value`; the last of a name counts. */
export function readFlags(args: readonly string[]): Flags {
  const values = new Map<keyof ServerConfig, string>();
  const problems: ConfigProblem[] = [];
  let help: Flags['help'] = null;
  let ignoreEnvironment = false;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    const [name = '', inline] = argument.split(/=(.*)/s, 2);
    const next = args[index + 1];
    const key = KEYS_BY_FLAG.get(name);
    if (name === HELP) help = inline === 'markdown' ? 'markdown' : 'text';
    else if (name === NO_ENV) ignoreEnvironment = true;
    else if (!name.startsWith('--')) problems.push(stray(index + 1));
    else if (key === undefined) {
      problems.push(unknown(name));
      // Its value is nobody's, and no second problem.
      if (inline === undefined && next !== undefined && !next.startsWith('-')) index += 1;
    } else if (inline !== undefined) values.set(key, inline);
    else if (SETTINGS[key].kind === YES_NO && (next === undefined || YES_NO.read(next) === undefined)) {
      values.set(key, 'true');
    } else if (next === undefined || isKnown(next)) values.set(key, '');
    else {
      values.set(key, next);
      index += 1;
    }
  }
  return { values, help, ignoreEnvironment, problems };
}
