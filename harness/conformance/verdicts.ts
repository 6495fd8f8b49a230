/** What came of a run: outcomes by case and profile, and how they are written down. */
import { clip } from './raw-client.ts';
import type { CaseNumber, ConformanceCase, Outcome } from './case.ts';
import { sectionOf } from './section-ten.ts';
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
function cellText(outcome: Outcome | null): string {
  if (outcome === null) return '';
  if (outcome.status === 'n/a') return `n/a: ${outcome.reason}`;
  return outcome.notes.length === 0 ? outcome.status : `${outcome.status} (${outcome.notes.join('; ')})`;
}

/** For people at a terminal. */
export function renderTable(rows: readonly Row[], columns: readonly Column[]): string {
  const width = 10;
  const head = `${'#'.padStart(3)}  ${columns.map(({ profile }) => profile.padEnd(width)).join('')}case`;
  const lines = rows.map(({ conformance: { number, title }, cells }) => {
    const words = cells.map((cell) => (cell?.status ?? '').padEnd(width)).join('');
    const remarks = new Set(cells.map(cellText).filter((text) => text.includes(' ')));
    const remark = remarks.size === 0 ? '' : `  [${clip([...remarks].join(' | '), 160)}]`;
    return `${String(number).padStart(3)}  ${words}${title}${remark}`;
  });
  return [head, ...lines].join('\n');
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

/** Everything about the failed ones: section, expected, got, the whole exchange. */
export function renderFailures(rows: readonly Row[], columns: readonly Column[]): string {
  const blocks = rows.flatMap(({ conformance: { number, title, spec }, cells }) =>
    cells.flatMap((cell, at) => {
      if (cell?.status !== 'failed') return [];
      const where = `phoenix-semantics ${sectionOf(number)} case ${number}, ${spec}`;
      const exchange = cell.exchange.map((line) => `    ${line}`);
      return [
        [
          `${number} failed in ${columns[at]?.profile ?? ''}: ${title} [${where}]`,
          `  expected  ${cell.expected}`,
          `  got       ${cell.got}`,
          ...(exchange.length === 0 ? [] : ['  exchange', ...exchange]),
        ].join('\n'),
      ];
    }),
  );
  return blocks.join('\n\n');
}

/** For `server-under-test/CONFORMANCE.md`. */
export function renderMarkdown(rows: readonly Row[], columns: readonly Column[], target: string): string {
  const heads = columns.map(({ profile, version }) => `${profile}, Phoenix ${version}`);
  const table = rows.map(({ conformance: { number, title }, cells }) => {
    const words = cells.map((cell) => escapeCell(cellText(cell)));
    return `| ${[number, escapeCell(title), ...words].join(' | ')} |`;
  });
  return [
    '# Conformance',
    '',
    `The cases of phoenix-semantics 10 against ${target}, written by \`firedrill conform --write\`. What a case`,
    'needs of a target is in `harness/conformance/CONTRACT.md`; n/a is never counted as passed.',
    '',
    ...renderCounts(columns)
      .split('\n')
      .map((line) => `- ${line}`),
    '',
    `| ${['#', 'case', ...heads].join(' | ')} |`,
    `|${' --- |'.repeat(heads.length + 2)}`,
    ...table,
    '',
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
