import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CaseNumber, ConformanceCase, Outcome } from '../conformance/case.ts';
import { rowsOf, type Column } from '../conformance/verdicts.ts';
import { renderTable } from './conform-table.ts';

const one = (number: CaseNumber, title: string): ConformanceCase => ({
  number,
  title,
  spec: '1.6',
  elsewhere: '',
});
const cases = [
  one(6, 'heartbeat'),
  one(7, 'another event'),
  one(77, 'delays'),
  one(78, 'rejoin'),
  one('b2', 'refs'),
];
const failed: Outcome = { status: 'failed', expected: 'E', got: 'G', exchange: [], notes: [] };
const none: Outcome = { status: 'n/a', reason: 'about the client' };
const outcomes = new Map<CaseNumber, Outcome>([
  [6, { status: 'passed', notes: [] }],
  [7, failed],
  [77, none],
  [78, none],
  ['b2', { status: 'passed', notes: ['half of it'] }],
]);
const verdicts: Column[] = [{ profile: 'bandit', version: '1.8.12', outcomes }];
const rows = rowsOf(cases, verdicts);

test('sign and word say every outcome, and each remark is told once with its cases', () => {
  const text = renderTable(rows, verdicts, { columns: 80, colour: false });
  assert.deepEqual(text.split('\n'), [
    '10.1  Opening and framing',
    '      bandit',
    '   6  ✓ passed   heartbeat',
    '   7  ✕ failed   another event',
    '',
    '10.6  Client',
    '      bandit',
    '  77    n/a      delays',
    '  78    n/a      rejoin',
    '',
    'beyond 10  Stated by the sections, not by their table',
    '      bandit',
    '  b2  ✓ in part  refs',
    '',
    'not looked at',
    '  b2  half of it',
    '',
    'n/a',
    '  77, 78  about the client',
  ]);
});

test('colour adds nothing but colour, and no line is longer than the terminal', () => {
  const plain = renderTable(rows, verdicts, { columns: 24, colour: false });
  const colourful = renderTable(rows, verdicts, { columns: 24, colour: true });
  assert.notEqual(colourful, plain);
  const bare = colourful.split('\n').map((line) => line.replaceAll(/\u001b\[[\d;]*m/g, '').trimEnd());
  assert.deepEqual(bare, plain.split('\n'));
  for (const line of plain.split('\n')) assert.ok([...line].length <= 24, line);
});
