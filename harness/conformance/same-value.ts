/** Comparison of frames by value: the order of an object's keys says nothing. */

/** Stands in an expected frame for every value that fits; `what` is how a report names it. */
export class Fits {
  readonly what: string;
  readonly fits: (value: unknown) => boolean;

  constructor(what: string, fits: (value: unknown) => boolean) {
    this.what = what;
    this.fits = fits;
  }

  toJSON(): string {
    return `<${this.what}>`;
  }
}

/** A text with this beginning. */
export function startsWith(beginning: string): Fits {
  return new Fits(`${beginning}…`, (value) => typeof value === 'string' && value.startsWith(beginning));
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field of a map, undefined when there is no such map or field. */
export function field(value: unknown, name: string): unknown {
  return isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function sameValue(expected: unknown, got: unknown): boolean {
  if (expected instanceof Fits) return expected.fits(got);
  if (Array.isArray(expected)) {
    if (!Array.isArray(got) || got.length !== expected.length) return false;
    const items: unknown[] = got;
    return expected.every((item, at) => sameValue(item, items[at]));
  }
  if (!isMap(expected)) return Object.is(expected, got);
  if (!isMap(got)) return false;
  const names = Object.keys(expected);
  return (
    names.length === Object.keys(got).length &&
    names.every((name) => Object.hasOwn(got, name) && sameValue(expected[name], got[name]))
  );
}
