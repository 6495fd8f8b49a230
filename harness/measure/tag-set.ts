/**
 * The tags of a run, `name:value`. They are few by nature; a script that puts an
 * id into one would make a histogram for each, so beyond a number of them what
 * carries a further one is counted together.
 */

/** Pairs that are kept apart. */
export const MOST_TAGS = 64;

const OTHER_VALUES = 'other values';
const NAME = /^[A-Za-z_][\w.-]{0,63}$/;
/** Longest value, in characters. */
const MOST_VALUE = 100;

export class TagSet {
  readonly #known = new Map<string, string>();
  #count = 0;

  /** The tag of a name and a value; throws when the name is none. */
  of(name: string, value: string | number | boolean): string {
    if (!NAME.test(name)) {
      throw new Error(`tag '${name}': a name has letters, digits, _ . - and begins with a letter`);
    }
    // Braces and commas would end the name of a metric before its time.
    const plain = String(value)
      .replaceAll(/[{},\p{C}]/gu, '_')
      .slice(0, MOST_VALUE);
    return this.admit(`${name}:${plain === '' ? '(empty)' : plain}`);
  }

  /** The tag itself while there is room for it, else the one that all further ones of its name share. */
  admit(tag: string): string {
    const known = this.#known.get(tag);
    if (known !== undefined) return known;
    const others = othersOf(tag);
    if (tag !== others && this.#count >= MOST_TAGS) return others;
    if (tag !== others) this.#count += 1;
    this.#known.set(tag, tag);
    return tag;
  }
}

/** What a tag beyond the limit is counted as. */
function othersOf(tag: string): string {
  return `${tag.slice(0, tag.indexOf(':'))}:${OTHER_VALUES}`;
}

/** The name of the tag whose further values a metric's name stands for; null for any other metric. */
export function foldedTag(metric: string): string | null {
  const end = `:${OTHER_VALUES}}`;
  return metric.endsWith(end) ? metric.slice(metric.indexOf('{') + 1, -end.length) : null;
}

/** A metric with its tag admitted by a set. */
export function admitMetric(tags: TagSet, metric: string): string {
  const brace = metric.indexOf('{');
  return brace < 0 ? metric : `${metric.slice(0, brace)}{${tags.admit(metric.slice(brace + 1, -1))}}`;
}
