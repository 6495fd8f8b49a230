/** Templates as TypeScript: expressions of a scenario's source, laid out as a formatter would. */
import { formatCount } from '../base/units.ts';
import type { Arithmetic, Operator } from './arithmetic.ts';
import type { PayloadNode } from './payload-template.ts';
import type { Hole, Text } from './template.ts';

/** What the holes are called where the expression will stand. */
export type Names = { client: string; random: string; row: string };

/** A line longer than this is broken up. */
export const WIDTH = 100;

/** In the script of a client. */
export const IN_CLIENT: Names = { client: 'user.index', random: 'user.random', row: 'user.row' };

/** A text in quotes, or in backquotes where it has holes. */
export function writeText(text: Text, names: Names): string {
  const [only = '', ...more] = text;
  if (typeof only === 'string' && more.length === 0) return quoted(only);
  const parts = text.map((part) =>
    typeof part === 'string' ? inBackquotes(part) : `\${${writeHole(part, names)}}`,
  );
  return `\`${parts.join('')}\``;
}

/** The payload, on further lines where it does not fit behind `used` columns. */
export function writePayload(node: PayloadNode, names: Names, indent: number, used: number): string {
  const inline = writeInline(node, names);
  if (used + inline.length <= WIDTH) return inline;
  const pad = ' '.repeat(indent + 2);
  const deeper = (one: PayloadNode, before: number): string =>
    writePayload(one, names, indent + 2, indent + 3 + before);
  if (node.kind === 'object' && node.fields.length > 0) {
    const fields = node.fields.map(([name, value]) => {
      const key = writeKey(name);
      return `${pad}${writeField(key, deeper(value, key.length + 2), indent + 2)},\n`;
    });
    return `{\n${fields.join('')}${' '.repeat(indent)}}`;
  }
  if (node.kind === 'list' && node.items.length > 0) {
    const items = node.items.map((item) => `${pad}${deeper(item, 0)},\n`);
    return `[\n${items.join('')}${' '.repeat(indent)}]`;
  }
  return inline;
}

/** A field whose text does not fit behind a long name stands below it, as a formatter sets it. */
export function writeField(key: string, value: string, indent: number): string {
  const isTooLong = indent + key.length + value.length + 3 > WIDTH && /^['"]/.test(value);
  return isTooLong && key.length > 4 ? `${key}:\n${' '.repeat(indent + 2)}${value}` : `${key}: ${value}`;
}

function writeInline(node: PayloadNode, names: Names): string {
  switch (node.kind) {
    case 'literal':
      return writeNumber(node.value);
    case 'text':
      return writeText(node.text, names);
    case 'hole':
      return writeHole(node.hole, names);
    case 'list':
      return `[${node.items.map((item) => writeInline(item, names)).join(', ')}]`;
    case 'object': {
      const fields = node.fields.map(([name, value]) => `${writeKey(name)}: ${writeInline(value, names)}`);
      return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
    }
  }
}

/** A name as a field: bare where it can be; `__proto__` as a name like any other. */
export function writeKey(name: string): string {
  if (name === '__proto__') return `['__proto__']`;
  return isIdentifier(name) ? name : quoted(name);
}

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name);
}

function writeNumber(value: number | boolean | null): string {
  return Object.is(value, -0) ? '-0' : String(value).replace('e+', 'e');
}

/** An expression of the value, without braces. */
function writeHole(hole: Hole, names: Names): string {
  switch (hole.kind) {
    case 'arithmetic':
      return writeArithmetic(hole.value, names);
    case 'random': {
      const drawn = `${names.random}.integer(${hole.to - hole.from + 1})`;
      return hole.from === 0 ? drawn : `${hole.from} + ${drawn}`;
    }
    case 'row':
      return isIdentifier(hole.column)
        ? `${names.row}.${hole.column}`
        : `${names.row}[${quoted(hole.column)}]`;
  }
}

const STRENGTH: Readonly<Record<Operator, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2 };

function writeArithmetic(value: Arithmetic, names: Names): string {
  switch (value.kind) {
    case 'number':
      return String(value.value);
    case 'name':
      return value.name === 'client' ? names.client : 'seq';
    case 'operation': {
      // A room of a hundred is client / 100: nobody joins room:0.37.
      const { operator, left, right } = value;
      if (operator === '/') return `Math.floor(${side(left, '/', false)} / ${side(right, '/', true)})`;
      return `${side(left, operator, false)} ${operator} ${side(right, operator, true)}`;

      function side(one: Arithmetic, parent: Operator, isRight: boolean): string {
        const text = writeArithmetic(one, names);
        return needsBrackets(one, parent, isRight) ? `(${text})` : text;
      }
    }
  }
}

/** As a formatter sets them: where they must be, and where % meets another operator. */
function needsBrackets(inner: Arithmetic, parent: Operator, isRight: boolean): boolean {
  // A quotient stands in Math.floor( ) already.
  if (inner.kind !== 'operation' || inner.operator === '/') return false;
  const [own, outer] = [STRENGTH[inner.operator], STRENGTH[parent]];
  if (own !== outer) return own < outer || inner.operator === '%';
  return isRight || inner.operator === '%' || parent === '%' || parent === '/';
}

/** A text as a literal: single quotes unless they would cost more escapes. */
export function quoted(text: string): string {
  const body = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"');
  const singles = text.split("'").length;
  const doubles = text.split('"').length;
  const quote = singles > doubles ? '"' : "'";
  return `${quote}${lineSafe(body).replaceAll(quote, `\\${quote}`)}${quote}`;
}

function inBackquotes(text: string): string {
  const body = JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"');
  return lineSafe(body).replaceAll('`', '\\`').replaceAll('${', '\\${');
}

/** What an editor would take for a line end or not show at all is written as an escape. */
function lineSafe(body: string): string {
  return body.replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `5_000`; what is no whole number as it is. */
export function writeCount(value: number): string {
  return Number.isInteger(value) ? formatCount(value).replaceAll(',', '_') : String(value);
}
