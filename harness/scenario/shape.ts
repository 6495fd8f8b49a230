/**
 * The questions a checker asks of an unknown value, each answered with a
 * problem in the list rather than an exception, so that all are found at once.
 */
import type { Problem } from '../base/errors.ts';
import { neighbours } from '../base/neighbours.ts';
import { parseDurationMs } from '../base/units.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** True for a plain object: no array, no null, no function. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value in a few words, for the `got` of a problem: short texts and numbers as they are, the rest by type. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 57)}…` : value}'`;
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Reports each field that is not among the known ones, with the nearest that is. */
export function checkFields(
  value: Fields,
  known: readonly string[],
  path: string,
  problems: Problem[],
): void {
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const near = neighbours(name, known);
    problems.push({
      code: 'unknown-field',
      path: path === '' ? name : `${path}.${name}`,
      got: `'${name}'`,
      wanted: `one of ${known.join(', ')}`,
      ...(near[0] === undefined ? {} : { hint: `did you mean ${near[0]}?` }),
    });
  }
}

const DAY_MS = 86_400_000;

/** The duration in milliseconds, or undefined after reporting what is wrong with it; at most 24 h. */
export function checkDuration(
  value: unknown,
  path: string,
  problems: Problem[],
  limits: { aboveZero?: boolean; example?: string } = {},
): number | undefined {
  const example = limits.example ?? '10s';
  const wanted = `a duration such as '${example}' or '250ms', ${limits.aboveZero ? 'above 0 and ' : ''}at most 24h`;
  const ms = typeof value === 'string' || typeof value === 'number' ? parseDurationMs(value) : undefined;
  if (ms !== undefined && ms <= DAY_MS && !(limits.aboveZero && ms === 0)) return ms;
  const code = value === undefined ? 'missing' : ms === undefined ? 'not-a-duration' : 'out-of-range';
  problems.push({ code, path, got: describeValue(value), wanted });
  return undefined;
}

/** The number, or undefined after reporting that it is none or out of its range. */
export function checkNumber(
  value: unknown,
  path: string,
  problems: Problem[],
  range: { min: number; max: number; whole?: boolean; unit?: string },
): number | undefined {
  const inRange = typeof value === 'number' && value >= range.min && value <= range.max;
  if (inRange && (!range.whole || Number.isInteger(value))) return value;
  const unit = range.unit ? ` ${range.unit}` : '';
  const code = value === undefined ? 'missing' : typeof value === 'number' ? 'out-of-range' : 'not-a-number';
  problems.push({
    code,
    path,
    got: describeValue(value),
    wanted: `${range.whole ? 'a whole number' : 'a number'} from ${text(range.min)} to ${text(range.max)}${unit}`,
  });
  return undefined;
}

function text(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}
