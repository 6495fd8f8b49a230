/** A threshold in words: what was measured, what was allowed, how much was left. */

import type { ThresholdResult } from '../../harness/record/run-record.ts';
import { type FaultSpan, spanNamed } from './fault-spans.ts';
import { figureText, valueText } from './figures.ts';

/** An expression taken apart: `p(99)`, `<`. */
export type Comparison = { statistic: string; operator: string };

/** The statistic and the operator of an expression; the whole text and no operator when it has none. */
export function comparisonOf(expression: string): Comparison {
  const parts = /^([^<>=!]*)(<=|>=|===?|!=|<|>)/.exec(expression);
  if (!parts) return { statistic: expression.trim(), operator: '' };
  return { statistic: (parts[1] ?? '').trim(), operator: parts[2] ?? '' };
}

const SIGNS: Record<string, string> = { '<=': '≤', '>=': '≥', '==': '=', '===': '=', '!=': '≠' };

/** `< 250 ms`. */
export function limitText(threshold: ThresholdResult): string {
  const { operator } = comparisonOf(threshold.expression);
  return `${SIGNS[operator] ?? operator} ${valueText(threshold.unit, threshold.limit)}`.trim();
}

/** What was measured, in the threshold's unit. */
export function actualText(threshold: ThresholdResult): string {
  return valueText(threshold.unit, threshold.actual);
}

/** What is left below (or above) the limit as a share of it; null where that has no meaning. */
export function marginOf(threshold: ThresholdResult): number | null {
  const { operator } = comparisonOf(threshold.expression);
  if (threshold.actual === null || !Number.isFinite(threshold.actual) || threshold.limit === 0) return null;
  if (operator.startsWith('<')) return (threshold.limit - threshold.actual) / Math.abs(threshold.limit);
  if (operator.startsWith('>')) return (threshold.actual - threshold.limit) / Math.abs(threshold.limit);
  return null;
}

/** `79 %`, `−225 %`, or an empty text. */
export function marginText(threshold: ThresholdResult): string {
  const margin = marginOf(threshold);
  if (margin === null) return '';
  const percent = margin * 100;
  return percent < 0 ? `−${figureText(-percent)} %` : `${figureText(percent)} %`;
}

/** Which part of the run it looked at: empty for all of it, `when steady`, `during blocking handlers`. */
export function duringText(threshold: ThresholdResult, spans: readonly FaultSpan[]): string {
  if (threshold.during === 'all') return '';
  if (threshold.during === 'steady') return 'when steady';
  return `during ${spanNamed(spans, threshold.during)?.fault.name ?? threshold.during}`;
}

/** The threshold that failed worst: errors before warnings, then the least margin; null when all hold. */
export function worstFailure(thresholds: readonly ThresholdResult[]): ThresholdResult | null {
  const failed = thresholds.filter((threshold) => threshold.status === 'fail');
  const rank = (one: ThresholdResult): number => (one.level === 'error' ? 0 : 1);
  const margin = (one: ThresholdResult): number => marginOf(one) ?? -1;
  return failed.toSorted((a, b) => rank(a) - rank(b) || margin(a) - margin(b))[0] ?? null;
}

/** The threshold that holds with the least to spare; null when none has a margin. */
export function nearestHold(thresholds: readonly ThresholdResult[]): ThresholdResult | null {
  const holding = thresholds.filter((one) => one.status === 'pass' && marginOf(one) !== null);
  return holding.toSorted((a, b) => (marginOf(a) ?? 0) - (marginOf(b) ?? 0))[0] ?? null;
}

/** Sign of a status: never colour alone. */
export function statusSign(status: 'pass' | 'fail' | 'inconclusive'): string {
  return status === 'pass' ? '✓' : status === 'fail' ? '✕' : '?';
}
