/** What a filtered value is replaced with. */
export const FILTERED = '[FILTERED]';

// Phoenix filters "password" and generated applications little more; a drill's own secrets travel as token and secret.
const SECRET_WORDS = ['password', 'passwd', 'secret', 'token', 'authorization', 'api_key', 'cookie'];

const DEEPEST = 8;
const MOST_ENTRIES = 50;
const LONGEST_TEXT = 500;

function isSecret(key: string): boolean {
  const lower = key.toLowerCase();
  return SECRET_WORDS.some((word) => lower.includes(word));
}

function filterEntries(entries: Array<[string, unknown]>, depth: number): unknown {
  const kept: Array<[string, unknown]> = entries
    .slice(0, MOST_ENTRIES)
    .map(([key, value]) => [key, isSecret(key) ? FILTERED : filterAt(value, depth + 1)]);
  if (entries.length > MOST_ENTRIES) kept.push(['…', entries.length - MOST_ENTRIES]);
  // Own properties whatever their name: `__proto__` is an ordinary key here.
  return Object.fromEntries(kept);
}

function filterAt(value: unknown, depth: number): unknown {
  if (typeof value === 'string' && value.length > LONGEST_TEXT) {
    return `${value.slice(0, LONGEST_TEXT)}… (${value.length} characters)`;
  }
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return `<<${value.byteLength} bytes>>`;
  if (depth === DEEPEST) return '…';
  if (Array.isArray(value)) {
    const items: unknown[] = value.slice(0, MOST_ENTRIES).map((item) => filterAt(item, depth + 1));
    if (value.length > MOST_ENTRIES) items.push(`… ${value.length - MOST_ENTRIES} more`);
    return items;
  }
  return filterEntries(Object.entries(value), depth);
}

/** A copy for people: secrets replaced by their key's name, as Phoenix's filter_parameters does, and cut to a sane size. */
export function filterParams(params: unknown): unknown {
  return filterAt(params, 0);
}

/** The filtered parameters as JSON. */
export function describeParams(params: unknown): string {
  return JSON.stringify(filterParams(params)) ?? 'null';
}
