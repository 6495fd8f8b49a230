/** Fields of an answer that came from outside: nothing is believed before it was looked at. */

export type Fields = Readonly<Record<string, unknown>>;

const LONGEST_NAME = 200;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at that place, or an empty one. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** The objects of a list, or none. */
export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

/** The texts of a list, or none. */
export function namesOf(value: unknown, most: number): string[] {
  const list: unknown[] = Array.isArray(value) ? value.slice(0, most) : [];
  return list.filter((one) => typeof one === 'string').map(name);
}

/** A figure that is no number, not finite or negative counts as 0. */
export function count(value: unknown): number {
  return known(value) ?? 0;
}

/** A figure that is no number, not finite or negative is not known. */
export function known(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

/** A text of at most 200 characters; `?` for what is none. */
export function name(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_NAME) : '?';
}

/** A text of at most 200 characters, or null. */
export function nameOrNull(value: unknown): string | null {
  return typeof value === 'string' ? name(value) : null;
}
