import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ALL_CASES } from './all-cases.ts';
import { NEWEST_VERSION } from './bundled-servers.ts';
import { sectionOf } from './section-ten.ts';
import { WEB_SERVERS } from './target.ts';

const text = readFileSync(new URL('../../server-under-test/CONFORMANCE.md', import.meta.url), 'utf8');

/** Section, number, title and sections of every row, as they are printed. */
function printedRows(): string[][] {
  const rows: string[][] = [];
  let section = '';
  for (const line of text.split('\n')) {
    section = /^## (10\.\d|beyond 10) /.exec(line)?.[1] ?? section;
    const cells = line.split(/ ?(?<!\\)\| ?/).map((cell) => cell.replaceAll(String.raw`\|`, '|'));
    if (/^b?\d+$/.test(cells[1] ?? '')) rows.push([section, ...cells.slice(1, 4)]);
  }
  return rows;
}

test('CONFORMANCE.md has a row for every case there is, by the title it has in code', () => {
  const expected = ALL_CASES.map(({ number, title, spec }) => [
    sectionOf(number),
    String(number),
    title,
    spec,
  ]);
  assert.deepEqual(printedRows(), expected);
});

test('CONFORMANCE.md was written by a run of all cases in which none failed', () => {
  const elsewhere = ALL_CASES.filter((conformance) => 'elsewhere' in conformance).length;
  const ran = ALL_CASES.length - elsewhere;
  for (const server of WEB_SERVERS) {
    const counts = `${ran} of ${ALL_CASES.length} passed (0 in part), 0 failed, ${elsewhere} n/a`;
    assert.ok(text.includes(`- ${server} (Phoenix ${NEWEST_VERSION}): ${counts}\n`), counts);
  }
});
