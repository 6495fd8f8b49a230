import type { ServerConfig } from '../config.ts';
import { withDefaults } from './defaults.ts';
import { SETTING_KEYS, SETTINGS, type Setting } from './settings.ts';

interface Row {
  readonly flag: string;
  readonly name: string;
  readonly wanted: string;
  readonly usual: string;
  readonly about: string;
}

function printValue(key: keyof ServerConfig, config: ServerConfig): string {
  const setting: Setting<unknown> = SETTINGS[key];
  if (setting.secret) return config[key] === null ? 'not set' : 'hidden';
  return setting.kind.print(config[key]);
}

function rows(): Row[] {
  const usual = withDefaults({});
  return SETTING_KEYS.map((key) => {
    const { flag, name, kind, about, secret }: Setting<unknown> = SETTINGS[key];
    return { flag, name, about, wanted: kind.wanted, usual: secret ? 'not set' : printValue(key, usual) };
  });
}

/** What --help prints. */
export function helpText(): string {
  const list = rows().map(
    ({ flag, name, wanted, usual, about }) =>
      `  ${flag.padEnd(32)}${name}\n      ${about}\n      ${wanted}; default: ${usual}\n`,
  );
  return [
    'Serves Phoenix Channels until a signal ends it, and prints one JSON line when it is ready.\n',
    'Every setting is a flag (--port 4000, --port=4000), or a variable (PORT=4000), or a file a variable points at',
    '(PORT_FILE=/run/secrets/port). A flag goes before the environment, the environment before the default.\n',
    ...list,
    '  --no-env                        read no variable at all',
    '  --help, --help=markdown         this list, or as a table\n',
  ].join('\n');
}

/** The same as a Markdown table, for a README. */
export function settingsTable(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const lines = rows().map(
    ({ flag, name, wanted, usual, about }) =>
      `| \`${flag}\` | \`${name}\` | ${cell(wanted)} | ${cell(usual)} | ${cell(about)} |`,
  );
  return ['| flag | variable | value | default | meaning |', '|---|---|---|---|---|', ...lines, ''].join(
    '\n',
  );
}

/** A configuration as NAME=value lines; of secrets only whether they are set. */
export function describeConfig(config: ServerConfig): string[] {
  return SETTING_KEYS.map((key) => `${SETTINGS[key].name}=${printValue(key, config)}`);
}
