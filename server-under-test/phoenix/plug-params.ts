import { isUtf8 } from 'node:buffer';

/** One parameter: a text, a list or a map. Maps have no prototype, so every name is an ordinary key. */
export type Param = string | readonly Param[] | Params;
export interface Params {
  readonly [name: string]: Param;
}

type Writable = Record<string, Param>;

/** A map or a list while its pairs come in; a null name is `[]`. */
class Level {
  readonly names: (string | null)[] = [];
  readonly values: (string | Level)[] = [];
  readonly levels = new Map<string | null, Level>();
  /** What became of it. */
  param: Param = '';
}

const CODED = /[%+\u0080-\uffff]/;
const HEX_PAIR = /^[0-9a-fA-F]{2}$/;
/** From this length on V8 cuts texts out of the URL without copying: one kept user id would hold the whole URL. */
const SHARED_LENGTH = 13;

/** Thrown inside only: the query is no UTF-8. */
class InvalidUtf8 extends Error {}

function decodeBytes(text: string): string {
  const bytes = Buffer.alloc(Buffer.byteLength(text));
  let size = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charAt(at);
    const hex = unit === '%' ? text.slice(at + 1, at + 3) : '';
    if (HEX_PAIR.test(hex)) {
      bytes[size] = Number.parseInt(hex, 16);
      at += 2;
    } else {
      // Node hands a request's bytes over as one character each. A percent sign with no hex digits stands for itself.
      bytes[size] = unit === '+' ? 0x20 : unit.charCodeAt(0);
    }
    size += 1;
  }
  const decoded = bytes.subarray(0, size);
  if (!isUtf8(decoded)) throw new InvalidUtf8();
  return decoded.toString('utf8');
}

function decodeText(text: string, plain: boolean): string {
  if (!plain && CODED.test(text)) return decodeBytes(text);
  return text.length < SHARED_LENGTH ? text : decodeURIComponent(text);
}

/** Calls `take` for every pair of a query; false as soon as it says so. */
function eachPair(query: string, take: (name: string, value: string) => boolean): boolean {
  const plain = !CODED.test(query);
  let start = 0;
  while (start < query.length) {
    const mark = query.indexOf('&', start);
    const end = mark < 0 ? query.length : mark;
    const equals = query.indexOf('=', start);
    if (end > start) {
      const split = equals < 0 || equals > end ? end : equals;
      const name = decodeText(query.slice(start, split), plain);
      if (!take(name, split === end ? '' : decodeText(query.slice(split + 1, end), plain))) return false;
    }
    start = end + 1;
  }
  return true;
}

/** `a[b][]` is a, b, null; a name without brackets at its end is itself. */
function splitName(name: string): (string | null)[] {
  const open = name.indexOf('[');
  if (open < 1 || !name.endsWith(']')) return [name];
  const inner = name.slice(open + 1, -1).split('][');
  return [name.slice(0, open), ...inner.map((part) => (part === '' ? null : part))];
}

function finish(level: Level): Param {
  const { names, values } = level;
  const paramAt = (index: number): Param => {
    const value = values[index] ?? '';
    return typeof value === 'string' ? value : value.param;
  };
  // The pair that came last says whether this is a list; pairs of the other kind are dropped.
  if (names.length > 0 && names.at(-1) === null) {
    return [...names.keys()].filter((index) => names[index] === null).map(paramAt);
  }
  const map: Writable = Object.create(null) as Writable;
  for (const [index, name] of names.entries()) if (name !== null) map[name] = paramAt(index);
  return map;
}

function parseNested(query: string): Params {
  const root = new Level();
  const created = [root];
  eachPair(query, (name, value) => {
    const path = splitName(name);
    let level = root;
    for (const part of path.slice(0, -1)) {
      let next = level.levels.get(part);
      if (next === undefined) {
        next = new Level();
        level.levels.set(part, next);
        level.names.push(part);
        level.values.push(next);
        created.push(next);
      }
      level = next;
    }
    level.names.push(path.at(-1) ?? null);
    level.values.push(value);
    return true;
  });
  // Inner levels were made after their outer ones. No recursion: a URL can nest deeper than the stack.
  for (const level of created.toReversed()) level.param = finish(level);
  return root.param as Params;
}

/**
 * Reads a query as Plug does: `a[b]=c` nests, `a[]=1` lists, the last value wins (phoenix-semantics 1.1).
 *
 * Null when a name or a value is no UTF-8, which Plug answers with 400.
 */
export function parseQuery(query: string): Params | null {
  const params: Writable = Object.create(null) as Writable;
  try {
    const flat = eachPair(query, (name, value) => {
      if (name.endsWith(']')) return false;
      params[name] = value;
      return true;
    });
    return flat ? params : parseNested(query);
  } catch (error) {
    if (error instanceof InvalidUtf8) return null;
    throw error;
  }
}
