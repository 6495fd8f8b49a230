/** Flags as typed, read into values; every problem is collected, none is guessed away. */
import { EXIT, FiredrillError, type Problem } from '../base/errors.ts';
import { suggest } from '../base/neighbours.ts';
import { formatBytes, parseBytes, parseDurationMs } from '../base/units.ts';

/** What yargs hands over: names to what was typed. */
export type Typed = Record<string, unknown>;

export class FlagReader {
  readonly problems: Problem[] = [];
  readonly #typed: Typed;

  constructor(typed: Typed) {
    this.#typed = typed;
  }

  /** Reports every flag that is none of the known ones, with its neighbours. */
  refuseUnknown(known: readonly string[]): void {
    const builtIn = ['_', '$0', 'help', 'version', 'h'];
    for (const name of Object.keys(this.#typed)) {
      if (known.includes(name) || builtIn.includes(name)) continue;
      // yargs adds the other spelling of a dashed name, known or not.
      const dashed = [...known, ...Object.keys(this.#typed)].filter((flag) => flag.includes('-'));
      if (dashed.some((flag) => camel(flag) === name)) continue;
      const flag = name.length === 1 ? `-${name}` : `--${name}`;
      this.#refuse(
        'unknown-flag',
        flag,
        undefined,
        undefined,
        suggest(
          flag,
          known.map((k) => `--${k}`),
        ),
      );
    }
  }

  /** A flag typed once, as text; undefined when absent. */
  text(name: string): string | undefined {
    const value = this.#typed[name];
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value !== '') return value;
    const got = Array.isArray(value) ? `given ${value.length} times` : 'no value';
    this.#refuse('bad-flag', `--${name}`, got, 'one value');
    return undefined;
  }

  number(name: string, range: { min: number; max: number; whole?: boolean }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text.replaceAll('_', ''));
    const fits = value >= range.min && value <= range.max && (!range.whole || Number.isInteger(value));
    if (fits && text.trim() !== '') return value;
    const kind = range.whole ? 'a whole number' : 'a number';
    this.#refuse('bad-flag', `--${name}`, `'${text}'`, `${kind} from ${range.min} to ${range.max}`);
    return undefined;
  }

  durationMs(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ms = parseDurationMs(text);
    if (ms !== undefined) return ms;
    this.#refuse('bad-flag', `--${name}`, `'${text}'`, 'a duration: 250ms, 10s, 2m', `--${name} 30s`);
    return undefined;
  }

  /** A size of at least one byte: `16MiB`. */
  bytes(name: string, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const bytes = parseBytes(text);
    if (bytes !== undefined && bytes >= 1 && bytes <= most) return bytes;
    const wanted = `a size up to ${formatBytes(most)}: 64KiB, 16MiB`;
    this.#refuse('bad-flag', `--${name}`, `'${text}'`, wanted, `--${name} 16MiB`);
    return undefined;
  }

  /** One of these words. */
  choice<const Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const word = words.find((one) => one === text);
    if (word === undefined) this.#refuse('bad-flag', `--${name}`, `'${text}'`, words.join(' or '));
    return word;
  }

  /** A flag that may be repeated. */
  texts(name: string): string[] {
    const value = this.#typed[name];
    if (value === undefined) return [];
    const list: unknown[] = Array.isArray(value) ? value : [value];
    const texts = list.filter((item): item is string => typeof item === 'string' && item !== '');
    if (texts.length < list.length) this.#refuse('bad-flag', `--${name}`, 'no value', 'a value');
    return texts;
  }

  /** KEY=VALUE pairs; what is none may be a secret and is not repeated. */
  pairs(name: string, spelling: string, example = 'ROOMS=20'): Record<string, string> {
    const pairs = new Map<string, string>();
    for (const text of this.texts(name)) {
      const at = text.indexOf('=');
      if (at > 0) pairs.set(text.slice(0, at), text.slice(at + 1));
      else this.#refuse('bad-flag', spelling, 'no name before a =', 'KEY=VALUE', `${spelling} ${example}`);
    }
    // So that `__proto__` is a name like any other.
    return Object.fromEntries(pairs);
  }

  isSet(name: string): boolean {
    return this.#typed[name] === true;
  }

  refuse(problem: Problem): void {
    this.problems.push(problem);
  }

  #refuse(code: string, path: string, got?: string, wanted?: string, hint?: string): void {
    this.problems.push({
      code,
      path,
      ...(got === undefined ? {} : { got }),
      ...(wanted === undefined ? {} : { wanted }),
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** Throws all problems at once, exit code 104. */
  done(): void {
    if (this.problems.length > 0) throw new FiredrillError(EXIT.invalid, this.problems);
  }
}

function camel(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
