/** The scenarios of the library, what was measured with them, and the table that says so. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadFile, type ScenarioFile } from '../../harness/scenario/load.ts';

export const SCENARIOS = fileURLToPath(new URL('../../scenarios/', import.meta.url));
export const MEASURED_FILE = `${SCENARIOS}measured.json`;
export const README_FILE = `${SCENARIOS}README.md`;

/** A run of a scenario that passed, at its full size or at another that is told. */
export type Measured = {
  finding: string;
  /** `2026-11-21` */
  at: string;
  /** Load, nodes and cores, in words. */
  size: string;
  command: string;
};

/** By the name of the scenario, one for each command. */
export type AllMeasured = ReadonlyMap<string, readonly Measured[]>;

const SCHEMA = 'firedrill/measured/2';

/** Every scenario of the folder, by name. */
export async function readLibrary(): Promise<ScenarioFile[]> {
  const names = readdirSync(SCENARIOS).filter((name) => name.endsWith('.ts'));
  const files: ScenarioFile[] = [];
  for (const name of names) files.push(await loadFile(SCENARIOS + name));
  return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export function readMeasured(text = readFileSync(MEASURED_FILE, 'utf8')): AllMeasured {
  const { schema, scenarios } = JSON.parse(text) as { schema: string; scenarios: Record<string, Measured[]> };
  if (schema !== SCHEMA) throw new Error(`${MEASURED_FILE}: ${schema}, wanted ${SCHEMA}`);
  return new Map(Object.entries(scenarios));
}

/** As `measured.json` has it, by name. */
export function writeMeasured(measured: AllMeasured): string {
  const sorted = [...measured].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ schema: SCHEMA, scenarios: Object.fromEntries(sorted) }, null, 2)}\n`;
}

/** With one more, in place of what the same command had found before; the full size comes first, then the order of time. */
export function withMeasured(all: AllMeasured, name: string, one: Measured): AllMeasured {
  const before = (all.get(name) ?? []).filter(({ command }) => command !== one.command);
  const list = [...before, one];
  const isFull = ({ command }: Measured): boolean => !command.includes('--');
  return new Map([...all, [name, [...list.filter(isFull), ...list.filter((each) => !isFull(each))]]]);
}

const BEGIN = '<!-- measured: written by `make measured` -->';
const END = '<!-- measured: end -->';
const BETWEEN = new RegExp(`(?<=${BEGIN}\\n).*?(?=${END})`, 's');

/** The text with the table between its two marks. */
export function withTable(text: string, files: readonly ScenarioFile[], measured: AllMeasured): string {
  if (!BETWEEN.test(text)) throw new Error(`no ${BEGIN} and ${END} in the text`);
  return text.replace(BETWEEN, () => tableOf(files, measured));
}

function tableOf(files: readonly ScenarioFile[], measured: AllMeasured): string {
  const rows = files.map((file) => {
    const claims = file.claims.length === 0 ? '' : `**${file.claims.join(', ')}** `;
    const scenario = `[\`${file.name}\`](${file.name}.ts)`;
    const found = (measured.get(file.name) ?? []).map(measuredText);
    const text = found.length === 0 ? 'not yet measured' : found.join('<br>');
    const cells = [`${claims}${file.claim ?? file.about}`, scenario, text];
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  return ['| claim | scenario | what we measured |', '|---|---|---|', ...rows, ''].join('\n');
}

function measuredText({ finding, at, size, command }: Measured): string {
  return `${finding}<br>*${at}, ${size}:* \`${command}\``;
}

/** On one line, and no end of a cell. */
function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
}
