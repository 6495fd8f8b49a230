/**
 * Texts with holes, as `quick` takes them: `room:{client % 100}`. Nothing is
 * ever evaluated: a template becomes an expression of the scenario's source.
 */
import { neighbours } from '../base/neighbours.ts';
import { parseArithmetic, type Arithmetic } from './arithmetic.ts';

/** What stands in braces. */
export type Hole =
  | { kind: 'arithmetic'; value: Arithmetic }
  /** A whole number, both ends included. */
  | { kind: 'random'; from: number; to: number }
  /** A column of the feed. */
  | { kind: 'row'; column: string };

/** Literal texts and holes in the order they stand. */
export type Text = readonly (string | Hole)[];

/** What holes may say at this place. */
export type Scope = { seq: boolean; row: boolean };

/** Why a template is none, and where in the text it goes wrong, from 0. */
export class TemplateError extends Error {
  readonly at: number;
  readonly got: string;
  readonly wanted: string;
  readonly hint: string | undefined;

  constructor(at: number, got: string, wanted: string, hint?: string) {
    super(`${got} at ${at}: ${wanted}`);
    this.at = at;
    this.got = got;
    this.wanted = wanted;
    this.hint = hint;
  }
}

const FORMS = '{client}, {client % 100}, {random 1..10}';

/** The holes a place takes, in words. */
export function formsOf({ seq, row }: Scope): string {
  return [FORMS, seq ? '{seq}' : '', row ? '{row.column}' : '', '{{ for a brace'].filter(Boolean).join(', ');
}

/** Where the hole that begins at `at` ends: the place of its closing brace. */
function holeEnd(source: string, at: number, scope: Scope): number {
  const end = source.indexOf('}', at);
  if (end >= 0) return end;
  throw new TemplateError(
    at,
    `'${source.slice(at, at + 20)}' without its }`,
    formsOf(scope),
    'write {{ for a brace',
  );
}

/** The hole at `at`, and where the text goes on after it. */
export function readHole(source: string, at: number, scope: Scope): { hole: Hole; end: number } {
  const end = holeEnd(source, at, scope);
  return { hole: parseHole(source.slice(at + 1, end), at, scope), end: end + 1 };
}

/** The text as parts; `at` is where it stands in what was typed, for places in problems. */
export function parseText(source: string, scope: Scope, at = 0): Text {
  const parts: (string | Hole)[] = [];
  let literal = '';
  let from = 0;
  while (from < source.length) {
    const open = source.indexOf('{', from);
    literal += source.slice(from, open < 0 ? undefined : open);
    if (open < 0) break;
    if (source[open + 1] === '{') {
      literal += '{';
      from = open + 2;
      continue;
    }
    const { hole, end } = shifted(at, () => readHole(source, open, scope));
    if (literal !== '') parts.push(literal);
    parts.push(hole);
    literal = '';
    from = end;
  }
  if (literal !== '') parts.push(literal);
  return parts;
}

/** True for a text without holes. */
export function isPlain(text: Text): boolean {
  return text.every((part) => typeof part === 'string');
}

/** The text as it would be typed, holes as braces: for people. */
export function textAsTyped(text: Text): string {
  return text.map((part) => (typeof part === 'string' ? part : typedHole(part))).join('');
}

function typedHole(hole: Hole): string {
  switch (hole.kind) {
    case 'arithmetic':
      return `{${typedArithmetic(hole.value)}}`;
    case 'random':
      return `{random ${hole.from}..${hole.to}}`;
    case 'row':
      return `{row.${hole.column}}`;
  }
}

function typedArithmetic(value: Arithmetic): string {
  if (value.kind === 'number') return String(value.value);
  if (value.kind === 'name') return value.name;
  const side = (one: Arithmetic): string =>
    one.kind === 'operation' ? `(${typedArithmetic(one)})` : typedArithmetic(one);
  return `${side(value.left)} ${value.operator} ${side(value.right)}`;
}

function parseHole(inside: string, at: number, scope: Scope): Hole {
  const said = inside.trim();
  const refuse = (wanted: string, hint?: string): never => {
    throw new TemplateError(at, `'{${inside}}'`, wanted, hint);
  };
  const random = /^random\s+(-?\d{1,15})\s*\.\.\s*(-?\d{1,15})$/.exec(said);
  if (random) {
    const [from, to] = [Number(random[1]), Number(random[2])];
    if (from > to || to - from >= 4_294_967_296)
      refuse('a range such as {random 1..10}, the smaller number first');
    return { kind: 'random', from, to };
  }
  const column = /^row\.(.+)$/.exec(said)?.[1];
  if (column !== undefined) {
    if (!scope.row) refuse('a column of a feed', '--feed users.csv');
    return { kind: 'row', column };
  }
  const value = parseArithmetic(said);
  if (typeof value === 'string') {
    return refuse(`${formsOf(scope)}: ${value}`, hintFor(said, scope));
  }
  if (!scope.seq && usesSeq(value))
    refuse(formsOf(scope), 'seq counts the pushes of a client: it stands in --push only');
  return { kind: 'arithmetic', value };
}

function hintFor(said: string, scope: Scope): string | undefined {
  if (/^\w+\s*:/.test(said)) return 'field names of a payload stand in double quotes: {"body":"hi"}';
  const word = /^[A-Za-z_]\w*/.exec(said)?.[0] ?? '';
  const near = neighbours(word, ['client', 'random', 'row', ...(scope.seq ? ['seq'] : [])])[0];
  return near === undefined || near === word ? undefined : `did you mean ${near}?`;
}

/** True when the number of the push is part of it. */
export function usesSeq(value: Arithmetic): boolean {
  if (value.kind === 'operation') return usesSeq(value.left) || usesSeq(value.right);
  return value.kind === 'name' && value.name === 'seq';
}

function shifted<Value>(by: number, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TemplateError) || by === 0) throw error;
    throw new TemplateError(error.at + by, error.got, error.wanted, error.hint);
  }
}
