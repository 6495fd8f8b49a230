import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isBlank, readRecord, type CsvFlaw } from './csv.ts';

type Read = { rows: string[][]; lines: number[]; flaws: string[] };

function read(text: string): Read {
  const found: CsvFlaw[] = [];
  const rows: string[][] = [];
  const lines: number[] = [];
  let line = 1;
  for (let at = 0; at < text.length;) {
    const record = readRecord(text, at, line, found);
    assert.ok(record.endAt > at, 'comes on');
    if (!isBlank(record)) {
      rows.push(record.fields);
      lines.push(line);
      assert.deepEqual(readRecord(text, at).fields, record.fields);
    }
    at = record.endAt;
    line = record.endLine;
  }
  return { rows, lines, flaws: found.map(({ line, flaw }) => `${line} ${flaw}`) };
}

const rowsOf = (text: string): string[][] => read(text).rows;
const flawsOf = (text: string): string[] => read(text).flaws;

test('reads fields, empty ones among them, with either line ending and with none at the end', () => {
  assert.deepEqual(rowsOf('a,b\r\n1,\n,2\r\n3,4'), [
    ['a', 'b'],
    ['1', ''],
    ['', '2'],
    ['3', '4'],
  ]);
  assert.deepEqual(rowsOf('a,'), [['a', '']]);
  assert.deepEqual(rowsOf('a\n1\r'), [['a'], ['1']]);
});

test('reads quoted fields with commas, quotes and line breaks, and keeps their spaces', () => {
  assert.deepEqual(rowsOf('"a,b","say ""hi""","two\r\nlines"\n" c ",d,""\n'), [
    ['a,b', 'say "hi"', 'two\r\nlines'],
    [' c ', 'd', ''],
  ]);
});

test('passes over blank lines, and counts them', () => {
  assert.deepEqual(rowsOf('a\n\n\r\nb\n'), [['a'], ['b']]);
  assert.deepEqual(read('a\n\n"x\ny"\nb').lines, [1, 3, 5]);
});

test('names the line of each flaw, and reads on behind it', () => {
  assert.deepEqual(flawsOf('a,b\n"1"x,2\n3"3,4\n"5,6\n7'), [
    '2 text-after-quote',
    '3 stray-quote',
    '4 open-quote',
  ]);
  assert.deepEqual(rowsOf('a,b\n"1"x,2\n3,4'), [
    ['a', 'b'],
    ['1', '2'],
    ['3', '4'],
  ]);
});

test('reads back whatever was written as RFC 4180 has it', () => {
  const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é', '𝕏') });
  const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 6 });
  fc.assert(
    fc.property(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), (rows, end, last) => {
      const lines = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','));
      const text = lines.join(end) + (last && rows.length > 0 ? end : '');
      assert.deepEqual(rowsOf(text), rows);
      assert.deepEqual(flawsOf(text), []);
    }),
  );
});

test('comes to an end on any text, with no more rows than lines', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r') }), (text) => {
      assert.ok(rowsOf(text).length <= text.split('\n').length);
    }),
  );
});
