/**
 * Numbers as the reader meets them: with a unit, three significant digits, and
 * "not measured" for what is not known. Everything a report prints passes here,
 * so that an average over nothing can never print as NaN.
 */

import { formatBytes, formatCount, formatFigure, formatMs, formatShare } from '../../harness/base/units.ts';

/** A number that may be unknown. */
export type Known = number | null | undefined;

/** Units a metric, a threshold or an effect can carry. */
export type Unit = 'ms' | 'count' | 'share' | 'perSecond' | 'bytes' | 'cores';

/** What stands where a number is not known. */
export const NOT_MEASURED = 'not measured';

function known(value: Known): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Milliseconds as a person would say them: `0.94 s`. */
export function msText(value: Known): string {
  return known(value) ? formatMs(value) : NOT_MEASURED;
}

/** A whole number: `361,204`. */
export function countText(value: Known): string {
  return known(value) ? formatCount(value) : NOT_MEASURED;
}

/** A share of 0..1: `0.21 %`. A share too small for six digits is said to be under the smallest one. */
export function shareText(value: Known): string {
  if (!known(value)) return NOT_MEASURED;
  if (value > 0 && value < 1e-6) return '< 0.0001 %';
  return formatShare(value);
}

/** Bytes with a binary unit. */
export function bytesText(value: Known): string {
  return known(value) ? formatBytes(value) : NOT_MEASURED;
}

/** A bare figure of three significant digits. */
export function figureText(value: Known): string {
  return known(value) ? formatFigure(value) : NOT_MEASURED;
}

/** A value in its unit. */
export function valueText(unit: Unit, value: Known): string {
  if (!known(value)) return NOT_MEASURED;
  switch (unit) {
    case 'ms':
      return formatMs(value);
    case 'share':
      return shareText(value);
    case 'perSecond':
      return `${formatFigure(value)}/s`;
    case 'bytes':
      return formatBytes(value);
    case 'cores':
      return `${formatFigure(value)} cores`;
    case 'count':
      return Number.isInteger(value) ? formatCount(value) : formatFigure(value);
  }
}

const SHORT: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** A count for a narrow place: `40k`, `1.2M`. */
export function shortCount(value: Known): string {
  if (!known(value)) return NOT_MEASURED;
  for (const [size, letter] of SHORT) {
    if (Math.abs(value) >= size) return `${formatFigure(value / size)}${letter}`;
  }
  return formatFigure(value);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `2026-11-21T10:40:00Z` as `21 Nov 2026, 10:40 UTC`; a text that is no such moment is given back. */
export function momentText(iso: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2})/.exec(iso);
  const month = parts ? MONTHS[Number(parts[2]) - 1] : undefined;
  if (!parts || month === undefined) return iso;
  return `${Number(parts[3])} ${month} ${parts[1]}, ${parts[4]} UTC`;
}

/** `1 fault`, `2 faults`. */
export function numbered(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}
