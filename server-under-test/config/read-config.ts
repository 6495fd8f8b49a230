import { readFileSync } from 'node:fs';
import type { ServerConfig } from '../config.ts';
import { withDefaults } from './defaults.ts';
import { lookUp, nearMisses, type Environment } from './environment.ts';
import { readFlags, type Flags } from './flags.ts';
import { quote, type ConfigProblem } from './problem.ts';
import { checkTogether } from './rules.ts';
import { SETTING_KEYS, SETTINGS, type Setting } from './settings.ts';

/** Where a configuration comes from. */
export interface Sources {
  readonly args: readonly string[];
  readonly env: Environment;
  /** For tests: reads the files of `NAME_FILE`. */
  readonly readFile?: (path: string) => string;
}

/** A configuration and everything that is wrong with it; with problems it is not to be used. */
export interface Reading {
  readonly config: ServerConfig;
  readonly problems: readonly ConfigProblem[];
  /** One line each. */
  readonly warnings: readonly string[];
  readonly help: Flags['help'];
}

const UNTOLD = withDefaults({});

function unreadable(
  key: keyof ServerConfig,
  setting: Setting<unknown>,
  path: string,
  text: string,
): ConfigProblem {
  const { kind, secret, flag, name } = setting;
  const isFlag = path === flag;
  const example = setting.example ?? kind.print(UNTOLD[key]);
  return {
    code: isFlag ? 'bad_flag' : 'bad_variable',
    path,
    got: secret && text !== '' ? `${Buffer.byteLength(text)} bytes` : quote(text),
    wanted: kind.wanted,
    hint: isFlag ? `${flag} ${example}` : `${name}=${example}, or unset ${path}`,
  };
}

/** Reads every setting: a flag before the environment before the default, and all problems at once. */
export function readConfig(sources: Sources): Reading {
  const flags = readFlags(sources.args);
  const env = flags.ignoreEnvironment ? {} : sources.env;
  const readFile = sources.readFile ?? ((path: string) => readFileSync(path, 'utf8'));
  const problems = [...flags.problems];
  const given: Record<string, unknown> = {};
  const read = (key: keyof ServerConfig, flag: string | undefined): void => {
    const setting: Setting<unknown> = SETTINGS[key];
    const found =
      flag === undefined ? lookUp(setting.name, env, readFile) : { path: setting.flag, text: flag };
    if (found === null) return;
    if ('problem' in found) return void problems.push(found.problem);
    const value = setting.kind.read(found.text);
    if (value === undefined) problems.push(unreadable(key, setting, found.path, found.text));
    else given[key] = value;
  };
  for (const key of SETTING_KEYS) read(key, flags.values.get(key));
  // Every value was read by the kind of its own field.
  const config = withDefaults(given);
  if (problems.length === 0) problems.push(...checkTogether(config));
  return { config, problems, warnings: nearMisses(env), help: flags.help };
}
