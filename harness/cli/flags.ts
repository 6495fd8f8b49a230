/** Flags as typed, read into values; every problem is collected, none is guessed away. */
import { EXIT, FiredrillError, type Problem } from '../base/errors.ts';
import { suggest } from '../base/neighbours.ts';
import { parseDurationMs } from '../base/units.ts';

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
      // yargs adds the other spelling of a dashed name.
      if (known.some((flag) => camel(flag) === name)) continue;
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

  /** A flag that may be repeated. */
  texts(name: string): string[] {
    const value = this.#typed[name];
    if (value === undefined) return [];
    const list: unknown[] = Array.isArray(value) ? value : [value];
    const texts = list.filter((item): item is string => typeof item === 'string' && item !== '');
    if (texts.length < list.length) this.#refuse('bad-flag', `--${name}`, 'no value', 'a value');
    return texts;
  }

  /** KEY=VALUE pairs. */
  pairs(name: string, spelling: string): Record<string, string> {
    const pairs: Record<string, string> = {};
    for (const text of this.texts(name)) {
      const at = text.indexOf('=');
      if (at > 0) pairs[text.slice(0, at)] = text.slice(at + 1);
      else this.#refuse('bad-flag', spelling, `'${text}'`, 'KEY=VALUE', `${spelling} ROOMS=20`);
    }
    return pairs;
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
