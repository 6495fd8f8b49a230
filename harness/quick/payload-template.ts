/**
 * JSON with holes: `{"body":"hi {seq}","n":{client}}`. It is read before any
 * hole is filled, so a number stays a number and no value can add a field.
 */
import { parseText, readHole, TemplateError, type Hole, type Scope, type Text } from './template.ts';

/** A JSON value in which texts may have holes and a hole may stand for a value. */
export type PayloadNode =
  | { kind: 'literal'; value: number | boolean | null }
  | { kind: 'text'; text: Text }
  | { kind: 'hole'; hole: Hole }
  | { kind: 'list'; items: readonly PayloadNode[] }
  | { kind: 'object'; fields: readonly (readonly [name: string, value: PayloadNode])[] };

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

const MOST_DEEP = 60;

/** The payload that begins at `from` of what was typed; throws `TemplateError` with its place. */
export function parsePayload(source: string, from: number, scope: Scope): PayloadNode {
  const reader = new PayloadReader(source, from, scope);
  const node = reader.value(0);
  reader.end();
  if (node.kind === 'object') return node;
  throw new TemplateError(from, `'${source.slice(from, from + 20)}'`, 'a JSON object', `{"body":"hi {seq}"}`);
}

class PayloadReader {
  readonly #source: string;
  readonly #scope: Scope;
  #at: number;

  constructor(source: string, from: number, scope: Scope) {
    this.#source = source;
    this.#at = from;
    this.#scope = scope;
  }

  value(depth: number): PayloadNode {
    if (depth > MOST_DEEP) throw this.#unexpected(`at most ${MOST_DEEP} levels`);
    const sign = this.#peek();
    if (sign === '"') return { kind: 'text', text: this.#text() };
    if (sign === '[') return { kind: 'list', items: this.#list(depth) };
    if (sign === '{' && /^\{\s*[A-Za-z_]/.test(this.#source.slice(this.#at))) {
      const { hole, end } = readHole(this.#source, this.#at, this.#scope);
      this.#at = end;
      return { kind: 'hole', hole };
    }
    if (sign === '{') return { kind: 'object', fields: this.#fields(depth) };
    return { kind: 'literal', value: this.#literal() };
  }

  end(): void {
    if (this.#peek() !== '') throw this.#unexpected('nothing more after the payload');
  }

  #fields(depth: number): [string, PayloadNode][] {
    const fields = new Map<string, PayloadNode>();
    this.#at += 1;
    if (this.#take('}')) return [];
    do {
      if (this.#peek() !== '"') throw this.#unexpected('a field name in double quotes');
      const name = this.#name();
      if (!this.#take(':')) throw this.#unexpected('a : after the field name');
      fields.set(name, this.value(depth + 1));
    } while (this.#take(','));
    if (!this.#take('}')) throw this.#unexpected('a , or a }');
    return [...fields];
  }

  #list(depth: number): PayloadNode[] {
    const items: PayloadNode[] = [];
    this.#at += 1;
    if (this.#take(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#take(','));
    if (!this.#take(']')) throw this.#unexpected('a , or a ]');
    return items;
  }

  #literal(): number | boolean | null {
    const token = /^[^\s,:[\]{}"]*/.exec(this.#source.slice(this.#at))?.[0] ?? '';
    const word = WORDS.get(token);
    if (word === undefined && !/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?$/i.test(token)) {
      throw this.#unexpected('JSON: a text in double quotes, a number, true, false, null, [ or {');
    }
    if (word !== undefined) {
      this.#at += token.length;
      return word;
    }
    const value = Number(token);
    // Exact, or what a double prints as: it goes over the wire as it was typed.
    const isRounded = /^-?\d+$/.test(token) && Number.isFinite(value) && String(value) !== token;
    const isInexact = isRounded && BigInt(token) !== BigInt(value);
    if (!Number.isFinite(value) || isInexact) {
      throw this.#unexpected(
        'a number that JavaScript can hold exactly',
        `"${token.slice(0, 30)}" as a text`,
      );
    }
    this.#at += token.length;
    return value;
  }

  /** A field's name: a text without holes. */
  #name(): string {
    const from = this.#at;
    const text = this.#text();
    const [name = '', ...more] = text;
    if (typeof name === 'string' && more.length === 0) return name;
    throw new TemplateError(from, this.#source.slice(from, this.#at), 'a field name without holes');
  }

  #text(): Text {
    const from = this.#at;
    const end = /^"(?:[^"\\]|\\.)*"/s.exec(this.#source.slice(from))?.[0].length;
    if (end === undefined) throw this.#unexpected('a text that ends with "');
    this.#at = from + end;
    // Split before it is unescaped: an escaped brace is no hole.
    return parseText(this.#source.slice(from + 1, this.#at - 1), this.#scope, from + 1).map((part) =>
      typeof part === 'string' ? this.#unescape(part, from) : part,
    );
  }

  #unescape(literal: string, at: number): string {
    try {
      return JSON.parse(`"${literal}"`) as string;
    } catch {
      throw new TemplateError(
        at,
        `"${literal.slice(0, 30)}"`,
        'a JSON text: line ends as \\n, a backslash as \\\\',
      );
    }
  }

  /** The next sign that is no space, '' at the end. */
  #peek(): string {
    while (/\s/.test(this.#source[this.#at] ?? '')) this.#at += 1;
    return this.#source[this.#at] ?? '';
  }

  #take(sign: string): boolean {
    if (this.#peek() !== sign) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(wanted: string, hint?: string): TemplateError {
    const rest = this.#source.slice(this.#at, this.#at + 20);
    return new TemplateError(this.#at, rest === '' ? 'the end' : `'${rest}'`, wanted, hint);
  }
}
