import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import fc from 'fast-check';
import { parseArithmetic } from './arithmetic.ts';
import { isPlain, parseText, TemplateError, textAsTyped, type Scope } from './template.ts';
import { IN_CLIENT, writeText } from './write-value.ts';

const ALL: Scope = { seq: true, row: true };

function written(source: string): string {
  return writeText(parseText(source, ALL), IN_CLIENT);
}

const context = createContext({ user: { index: 0 }, seq: 0 }) as { user: { index: number }; seq: number };

/** What an expression of the script is for this client and push. */
function evaluate(expression: string, client = 0, seq = 0): unknown {
  context.user.index = client;
  context.seq = seq;
  return runInContext(expression, context);
}

function refusal(source: string, scope = ALL): TemplateError {
  try {
    parseText(source, scope);
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error(`'${source}' was accepted`);
}

test('holes become expressions of the script', () => {
  const expected: [string, string][] = [
    ['lobby', "'lobby'"],
    ['room:{client}', '`room:${user.index}`'],
    ['room:{ client%100 }', '`room:${user.index % 100}`'],
    ['{client / 100}', '`${Math.floor(user.index / 100)}`'],
    ['{(client + 1) * 2}', '`${(user.index + 1) * 2}`'],
    ['{client - 1 - 2 * seq}', '`${user.index - 1 - 2 * seq}`'],
    ['{1 - (client - 2)}', '`${1 - (user.index - 2)}`'],
    ['{random 1..10}', '`${1 + user.random.integer(10)}`'],
    ['{random 0..0}', '`${user.random.integer(1)}`'],
    ['{row.name}', '`${user.row.name}`'],
    ['{row.first name}', "`${user.row['first name']}`"],
    ['a{{b}c', "'a{b}c'"],
    ['{{{client}', '`{${user.index}`'],
    ["it's", `"it's"`],
    ['`${x}', 'refused'],
  ];
  for (const [source, source_] of expected) {
    if (source_ === 'refused') refusal(source);
    else assert.equal(written(source), source_);
  }
});

test('a bad hole is told with its place, what is allowed, and what was meant', () => {
  const typo = refusal('room:{clinet % 100}');
  assert.deepEqual([typo.at, typo.got], [5, "'{clinet % 100}'"]);
  assert.match(typo.wanted, /\{client % 100\}/);
  assert.equal(typo.hint, 'did you mean client?');
  for (const source of [
    '{',
    '{}',
    '{client',
    '{client %}',
    '{client % 0}',
    '{client / 0}',
    '{% 3}',
    '{client client}',
    '{(client}',
    '{client)}',
    '{random 10..1}',
    '{random}',
    '{row}',
    '{row.}',
    '{constructor}',
    '{process.exit()}',
    '{client; 1}',
    '{client % 99999999999999999999}',
  ]) {
    assert.match(refusal(`ab${source}`).wanted, /./, source);
    assert.equal(refusal(`ab${source}`).at, 2, source);
  }
});

test('what a place cannot have is refused there', () => {
  assert.match(refusal('{seq}', { seq: false, row: true }).hint ?? '', /--push/);
  assert.match(refusal('{client + seq}', { seq: false, row: true }).hint ?? '', /--push/);
  assert.equal(refusal('{row.name}', { seq: true, row: false }).hint, '--feed users.csv');
});

test('written arithmetic means what was typed, with / as whole division', () => {
  const leaf = fc.oneof(fc.nat(999).map(String), fc.constant('client'), fc.constant('seq'));
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc
        .tuple(tie('tree'), fc.constantFrom('+', '-', '*', '/', '%'), tie('tree'))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    ),
  }));
  /** By recursion over the brackets, which the generator always sets. */
  const reference = (source: string, client: number, seq: number): number => {
    const plain = source.replaceAll('client', String(client)).replaceAll('seq', String(seq));
    let at = 0;
    const value = (): number => {
      if (plain[at] !== '(') {
        const digits = /^\d+/.exec(plain.slice(at))?.[0] ?? '';
        at += digits.length;
        return Number(digits);
      }
      at += 1;
      const left = value();
      const operator = plain[at + 1];
      at += 3;
      const right = value();
      at += 1;
      if (operator === '+') return left + right;
      if (operator === '-') return left - right;
      if (operator === '*') return left * right;
      return operator === '/' ? Math.floor(left / right) : left % right;
    };
    return value();
  };
  fc.assert(
    fc.property(tree, fc.nat(5_000), fc.nat(50), (source, client, seq) => {
      fc.pre(typeof parseArithmetic(source) !== 'string');
      const body = written(`{${source}}`).slice(3, -2);
      assert.ok(
        Object.is(evaluate(body, client, seq), reference(source, client, seq)),
        `${source} as ${body}`,
      );
    }),
  );
});

test('a text without holes comes back as it was, whatever its signs', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const parsed = parseText(text.replaceAll('{', '{{'), ALL);
      assert.ok(isPlain(parsed));
      assert.equal(textAsTyped(parsed), text);
      const literal = writeText(parsed, IN_CLIENT);
      assert.equal(evaluate(literal), text);
      assert.doesNotMatch(literal, /[\n\r\u2028\u2029]/);
    }),
  );
});

test('signs that mean something in backquotes mean nothing in a text with holes', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('`', '$', '{{', '\\', '"', "'", '\n', 'a')), (signs) => {
      const source = `${signs.join('')}{client}`;
      assert.equal(evaluate(written(source), 7), `${signs.join('').replaceAll('{{', '{')}7`);
    }),
  );
});
