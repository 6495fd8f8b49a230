/**
 * The scenario file of a quick drill. It is what runs, and what `--eject`
 * writes: typed, formatted, and explained where somebody will want to edit it.
 */
import { isAbsolute } from 'node:path';
import type { OwnValue, QuickDrill } from './drill.ts';
import { textAsTyped, type Text } from './template.ts';
import { clientLines } from './write-client.ts';
import { quoted, writeCount, writeField, writeKey, writeText, type Names } from './write-value.ts';

/** How the file is to be run, and where its feed lies as seen from it. */
export type Setting = {
  /** Lines of the head, without their comment signs. */
  head: readonly string[];
  feedFile: string | null;
};

/** In a function of `connect`, which is asked before there is a user. */
const IN_CONNECT: Names = { client: 'index', random: 'random', row: 'rows.row(index)' };

/** The source; the same drill and setting give the same text. */
export function writeScenario(drill: QuickDrill, { head, feedFile }: Setting): string {
  const lines = [
    ...head.map((line) => `// ${oneLine(line)}`),
    `import { ${feedFile === null ? '' : 'feed, '}scenario${usesJson(drill, feedFile) ? ', type Json' : ''} } from 'firedrill';`,
    '',
    ...feedLines(drill, feedFile),
    'export default scenario({',
    `  ${writeField('about', quoted(aboutOf(drill)), 2)},`,
    `  load: { ${loadOf(drill)} },`,
    ...connectLines(drill),
    ...(feedFile === null ? [] : ['  feed: rows,']),
    ...clientLines(drill),
    ...metricLines(drill),
    ...thresholdLines(drill),
    '});',
  ];
  return `${lines.join('\n')}\n`;
}

/** One line: what the scenario does, with topics and events as they were typed. */
export function aboutOf({ joins, sends, pace }: QuickDrill): string {
  if (joins.length === 0) return 'Quick: clients connect and stay connected';
  const topics = joins.map((join) => textAsTyped(join.topic)).join(', ');
  if (sends.length === 0) return oneLine(`Quick: clients join ${topics} and listen`);
  const events = sends.map((send) => textAsTyped(send.event)).join(', ');
  const who = pace.kind === 'each' ? 'each client' : 'all together';
  return oneLine(`Quick: clients join ${topics}, ${who} sending ${events} at ${pace.typed}`);
}

function oneLine(text: string): string {
  const clean = text
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim();
  return clean.length <= 200 ? clean : `${clean.slice(0, 199).toWellFormed()}…`;
}

function usesJson(drill: QuickDrill, feedFile: string | null): boolean {
  return feedFile !== null && isJsonl(feedFile) && (drill.feed?.columns.length ?? 0) > 0;
}

function isJsonl(file: string): boolean {
  return /\.(?:jsonl|ndjson)$/i.test(file);
}

function feedLines({ feed }: QuickDrill, file: string | null): string[] {
  if (feed === null || file === null) return [];
  const path = quoted(isAbsolute(file) || file.startsWith('.') ? file : `./${file}`);
  if (isJsonl(file)) {
    const row = feed.columns.map((column) => `${writeKey(column)}: Json`).join('; ');
    const type = row === '' ? '' : `<{ ${row} }>`;
    return ['// One row for each client, in turn.', `const rows = feed.jsonl${type}(${path});`, ''];
  }
  const columns = feed.columns.length === 0 ? '' : `, [${feed.columns.map(quoted).join(', ')}]`;
  return ['// One row for each client, in turn.', `const rows = feed.csv(${path}${columns});`, ''];
}

function loadOf({ clients, rampMs, holdMs, pace, sends }: QuickDrill): string {
  const rate = pace.kind === 'total' && sends.length > 0 ? `, rate: ${writeCount(pace.perSecond)}` : '';
  return `clients: ${writeCount(clients)}, ramp: ${duration(rampMs)}, hold: ${duration(holdMs)}${rate}`;
}

function connectLines({ params, headers, authToken }: QuickDrill): string[] {
  const own = [...params, ...headers].map((one) => one.value);
  if (authToken !== null) own.push(authToken);
  if (own.length === 0) return [];
  const fields = (values: readonly OwnValue[]): string =>
    values.map(({ name, value }) => `${writeKey(name)}: ${asText(value)}`).join(', ');
  const record = (name: string, values: readonly OwnValue[]): string[] =>
    values.length === 0
      ? []
      : [`    ${name}: ${argumentsOf(values.map((one) => one.value))} => ({ ${fields(values)} }),`];
  return [
    "  // Each client's own; what is the same for all stands on the command line.",
    '  connect: {',
    ...record('params', params),
    ...record('headers', headers),
    ...(authToken === null ? [] : [`    authToken: ${argumentsOf([authToken])} => ${asText(authToken)},`]),
    '  },',
  ];
}

/** A template that always gives a text, also when a row's value is none. */
function asText(value: Text): string {
  return writeText(value, IN_CONNECT);
}

function argumentsOf(values: readonly Text[]): string {
  const draws = values.some((value) =>
    value.some((part) => typeof part !== 'string' && part.kind === 'random'),
  );
  return draws ? '(index, random)' : '(index)';
}

function metricLines({ heard }: QuickDrill): string[] {
  if (heard.length === 0) return [];
  return [`  metrics: {`, ...heard.map(({ counter }) => `    ${counter}: 'counter',`), '  },'];
}

function thresholdLines({ thresholds }: QuickDrill): string[] {
  if (thresholds.length === 0) return [];
  return [
    '  thresholds: {',
    ...thresholds.map(({ metric, expressions, aborts = [] }) => {
      const all = [
        ...expressions.map(quoted),
        ...aborts.map((expression) => `{ expression: ${quoted(expression)}, abortOnFail: true }`),
      ];
      return `    ${writeKey(metric)}: [${all.join(', ')}],`;
    }),
    '  },',
  ];
}

/** `'30s'` where it is whole seconds, else milliseconds. */
function duration(ms: number): string {
  return ms % 1_000 === 0 ? `'${ms / 1_000}s'` : writeCount(ms);
}
