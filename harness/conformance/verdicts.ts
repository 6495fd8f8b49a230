/** What came of a run: outcomes by case and profile, and how they are written down. */
import type { CaseNumber, ConformanceCase, Outcome } from './case.ts';
import { SECTION_TITLES, sectionOf } from './section-ten.ts';
import type { WebServer } from './target.ts';

/** `inPart` of the passed: something of those cases was not looked at, and their notes say why. */
export type Counts = { passed: number; inPart: number; failed: number; notApplicable: number };

/** One column: a profile of a target. */
export type Column = { profile: WebServer; version: string; outcomes: Map<CaseNumber, Outcome> };

export function countOutcomes({ outcomes }: Column): Counts {
  const counts = { passed: 0, inPart: 0, failed: 0, notApplicable: 0 };
  for (const outcome of outcomes.values()) {
    if (outcome.status === 'n/a') counts.notApplicable += 1;
    else counts[outcome.status] += 1;
    if (outcome.status === 'passed' && outcome.notes.length > 0) counts.inPart += 1;
  }
  return counts;
}

/** One row of every rendering: a case and its cell per column. */
export type Row = { conformance: ConformanceCase; cells: (Outcome | null)[] };

export function rowsOf(cases: readonly ConformanceCase[], columns: readonly Column[]): Row[] {
  return cases.map((conformance) => ({
    conformance,
    cells: columns.map(({ outcomes }) => outcomes.get(conformance.number) ?? null),
  }));
}

/** `passed`, `failed`, `n/a: reason`, with what was not looked at behind it. */
export function cellText(outcome: Outcome | null): string {
  if (outcome === null) return '';
  if (outcome.status === 'n/a') return `n/a: ${outcome.reason}`;
  return outcome.notes.length === 0 ? outcome.status : `${outcome.status} (${outcome.notes.join('; ')})`;
}

/** For scripts: a line for each case and profile, then the counts. */
export function renderLines(rows: readonly Row[], columns: readonly Column[]): string {
  const lines = rows.flatMap(({ conformance: { number }, cells }) =>
    cells.map((cell, at) => `${columns[at]?.profile ?? ''}.${number}=${cellText(cell)}`),
  );
  return [...lines, ...columns.flatMap(countLines)].join('\n');
}

function countLines(column: Column): string[] {
  const { passed, inPart, failed, notApplicable } = countOutcomes(column);
  return Object.entries({ passed, in_part: inPart, failed, not_applicable: notApplicable }).map(
    ([name, count]) => `${column.profile}.${name}=${count}`,
  );
}

/** One sentence per column. */
export function renderCounts(columns: readonly Column[]): string {
  return columns
    .map((column) => {
      const { passed, inPart, failed, notApplicable } = countOutcomes(column);
      const all = column.outcomes.size;
      return `${column.profile} (Phoenix ${column.version}): ${passed} of ${all} passed (${inPart} in part), ${failed} failed, ${notApplicable} n/a`;
    })
    .join('\n');
}

/** Failures that say the same of several cases, as when their server did not start. */
type Failure = { profile: string; rows: Row[]; expected: string; got: string; exchange: readonly string[] };

function failuresOf(rows: readonly Row[], columns: readonly Column[]): Failure[] {
  const failures: Failure[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.cells.entries()) {
      if (cell?.status !== 'failed') continue;
      const { expected, got, exchange } = cell;
      const profile = columns[at]?.profile ?? '';
      const same = failures.find(
        (one) =>
          one.exchange.length + exchange.length === 0 &&
          one.profile === profile &&
          one.expected === expected &&
          one.got === got,
      );
      if (same === undefined) failures.push({ profile, rows: [row], expected, got, exchange });
      else same.rows.push(row);
    }
  }
  return failures;
}

/** Everything about the failed ones: section, expected, got, the whole exchange; `mark` writes the first line of each. */
export function renderFailures(
  rows: readonly Row[],
  columns: readonly Column[],
  mark: (head: string) => string = (head) => head,
): string {
  const blocks = failuresOf(rows, columns).map(
    ({ profile, rows: [row, ...others], expected, got, exchange }) => {
      const numbers = [row, ...others].map((one) => one?.conformance.number ?? '');
      const { number = 1, title = '', spec = '' } = row?.conformance ?? {};
      const about =
        others.length > 0
          ? ''
          : `: ${title} [phoenix-semantics ${sectionOf(number)} case ${number}, ${spec}]`;
      return [
        mark(`${numbers.join(', ')} failed in ${profile}${about}`),
        `  expected  ${expected}`,
        `  got       ${got}`,
        ...(exchange.length === 0 ? [] : ['  exchange']),
        ...exchange.map((line) => `    ${line}`),
      ].join('\n');
    },
  );
  return blocks.join('\n\n');
}

/** Rows by section, in the order of the cases. */
export function bySection(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  return Map.groupBy(rows, ({ conformance }) => sectionOf(conformance.number));
}

/** For `server-under-test/CONFORMANCE.md`: nothing in it changes but with an outcome. */
export function renderMarkdown(
  rows: readonly Row[],
  columns: readonly Column[],
  { target, command }: { target: string; command: string },
): string {
  const heads = columns.map(({ profile, version }) => `${profile}, Phoenix ${version}`);
  const tables = Array.from(bySection(rows), ([section, inside]) => [
    `## ${section} ${SECTION_TITLES[section] ?? ''}`,
    '',
    `| ${['#', 'case', 'phoenix-semantics', ...heads].join(' | ')} |`,
    `|${' --- |'.repeat(heads.length + 3)}`,
    ...inside.map(({ conformance: { number, title, spec }, cells }) => {
      const words = [number, title, spec, ...cells.map(cellText)].map((word) => escapeCell(String(word)));
      return `| ${words.join(' | ')} |`;
    }),
    '',
  ]);
  return [
    '# Conformance',
    '',
    `The cases of phoenix-semantics against ${target}: those of its section 10 by their numbers, and as b1, b2, … what its`,
    `other sections state beside that table. Written by \`${command}\`; what a case needs of`,
    'a target is in [CONTRACT.md](../harness/conformance/CONTRACT.md). What a case did not look at stands behind its `passed`,',
    'and n/a is never counted as passed.',
    '',
    ...renderCounts(columns)
      .split('\n')
      .map((line) => `- ${line}`),
    '',
    ...tables.flat(),
  ].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
}

/** One JSON document: every outcome with its exchange when it failed. */
export function renderJson(rows: readonly Row[], columns: readonly Column[], target: string): string {
  const cases = rows.map(({ conformance: { number, title, spec }, cells }) => ({
    number,
    section: sectionOf(number),
    title,
    spec,
    outcomes: Object.fromEntries(cells.map((cell, at) => [columns[at]?.profile ?? '', cell])),
  }));
  const counts = columns.map((column) => {
    const { profile, version } = column;
    return { profile, version, ...countOutcomes(column) };
  });
  return JSON.stringify({ target, counts, cases });
}
