import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CaseNumber, ConformanceCase, Outcome } from './case.ts';
import { sameValue, startsWith } from './same-value.ts';
import {
  countOutcomes,
  renderCounts,
  renderFailures,
  renderJson,
  renderLines,
  renderMarkdown,
  rowsOf,
  type Column,
} from './verdicts.ts';

const one = (number: CaseNumber, title: string): ConformanceCase => ({
  number,
  title,
  spec: '1.6',
  elsewhere: '',
});
const cases = [one(6, 'heartbeat'), one(7, 'a | b'), one(88, 'join')];
const failed: Outcome = { status: 'failed', expected: 'E', got: 'G', exchange: ['A 1 ms > x'], notes: [] };
const column: Column = {
  profile: 'bandit',
  version: '1.8.12',
  outcomes: new Map<CaseNumber, Outcome>([
    [6, { status: 'passed', notes: ['half of it'] }],
    [7, failed],
    [88, { status: 'n/a', reason: 'no LiveView' }],
  ]),
};
const rows = rowsOf(cases, [column]);

test('n/a is not counted as passed, and a pass with something not looked at is one in part', () => {
  assert.deepEqual(countOutcomes(column), { passed: 1, inPart: 1, failed: 1, notApplicable: 1 });
  assert.equal(renderCounts([column]), 'bandit (Phoenix 1.8.12): 1 of 3 passed (1 in part), 1 failed, 1 n/a');
});

test('lines carry one key and value each', () => {
  assert.equal(
    renderLines(rows, [column]),
    [
      'bandit.6=passed (half of it)',
      'bandit.7=failed',
      'bandit.88=n/a: no LiveView',
      'bandit.passed=1',
      'bandit.in_part=1',
      'bandit.failed=1',
      'bandit.not_applicable=1',
    ].join('\n'),
  );
});

test('a failure names its section and shows the whole exchange', () => {
  assert.equal(
    renderFailures(rows, [column]),
    [
      '7 failed in bandit: a | b [phoenix-semantics 10.1 case 7, 1.6]',
      '  expected  E',
      '  got       G',
      '  exchange',
      '    A 1 ms > x',
    ].join('\n'),
  );
});

test('failures that say the same of several cases are told once', () => {
  const notStarted: Outcome = { ...failed, exchange: [] };
  const both: Column = {
    ...column,
    outcomes: new Map<CaseNumber, Outcome>([6, 7, 88].map((n) => [n, notStarted])),
  };
  const text = renderFailures(rowsOf(cases, [both]), [both], (head) => `<${head}>`);
  assert.equal(text, ['<6, 7, 88 failed in bandit>', '  expected  E', '  got       G'].join('\n'));
});

test('Markdown has a table for every section, with bars of titles escaped, and nothing that changes by itself', () => {
  const markdown = renderMarkdown(rows, [column], { target: 'a server', command: 'make it' });
  assert.ok(markdown.includes('Written by `make it`'));
  assert.ok(markdown.includes('## 10.1 Opening and framing\n'));
  assert.ok(markdown.includes(String.raw`| 7 | a \| b | 1.6 | failed |`));
  assert.ok(markdown.includes('| 88 | join | 1.6 | n/a: no LiveView |'));
  assert.doesNotMatch(markdown, /20\d\d-|\d ms/);
});

test('JSON holds every outcome', () => {
  const parsed = JSON.parse(renderJson(rows, [column], 'a server')) as { cases: { outcomes: unknown }[] };
  assert.deepEqual(parsed.cases[1]?.outcomes, { bandit: failed });
});

test('values are compared without regard to the order of keys, and strictly otherwise', () => {
  assert.ok(sameValue({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 }));
  assert.ok(!sameValue({ a: 1 }, { a: 1, b: undefined }));
  assert.ok(!sameValue(['1'], [1]));
  assert.ok(!sameValue({}, []));
  assert.ok(!sameValue({ toString: 1 }, {}));
  assert.ok(sameValue(JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}')));
  assert.ok(!sameValue(JSON.parse('{"__proto__":1}'), {}));
  assert.ok(sameValue(startsWith('exception: '), 'exception: x'));
  assert.ok(!sameValue(startsWith('exception: '), ':shutdown'));
});
