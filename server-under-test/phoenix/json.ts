// Fifteen digits are always exact in a double. Written out, because the engine skips ahead through this form and not through
// \d{16}: 44 ns instead of 530 on a frame of 90 bytes.
const LONG_NUMBER = /\d\d\d\d\d\d\d\d\d\d\d\d\d\d\d\d/;
const INTEGER = /^-?\d+$/;

interface Source {
  readonly source?: string;
}

type RawJson = typeof JSON & { rawJSON(text: string): object };
type Reviver = (this: unknown, key: string, value: unknown, context?: Source) => unknown;

const keepExact: Reviver = (_key, value, context) => {
  const source = context?.source;
  const exact = typeof value !== 'number' || Number.isSafeInteger(value) || source === undefined;
  return exact || !INTEGER.test(source) ? value : (JSON as RawJson).rawJSON(source);
};

/**
 * JSON.parse that keeps integers beyond 2^53 as they came, as Elixir does: ids of many systems are such numbers, and an
 * answer must not change them. They are opaque to handlers and print as they were. Throws a SyntaxError.
 */
export function parseJson(text: string): unknown {
  return LONG_NUMBER.test(text) ? JSON.parse(text, keepExact) : JSON.parse(text);
}
