/** Thresholds as they are typed: `metric=expression`, or of one tag `metric{key:value}=expression`. */
import type { Problem } from '../base/errors.ts';

const METRIC_AND_EXPRESSION = /^([A-Za-z_]\w*(?:\{[^{}]*\})?)=(.+)$/s;

/** By metric, in the order typed; what is none is left out and reported. */
export function readTypedThresholds(
  typed: readonly string[],
  problems: Problem[],
  flag: '--threshold' | '--abort' = '--threshold',
): Map<string, string[]> {
  // A map, for a metric may be called anything, `__proto__` too.
  const thresholds = new Map<string, string[]>();
  for (const text of typed) {
    const [, metric, expression] = METRIC_AND_EXPRESSION.exec(text.trim()) ?? [];
    if (metric !== undefined && expression !== undefined) {
      thresholds.set(metric, [...(thresholds.get(metric) ?? []), expression]);
      continue;
    }
    problems.push({
      code: 'bad-flag',
      path: flag,
      got: `'${text}'`,
      wanted: 'metric=expression',
      hint: `${flag} 'push_duration=p(99)<250'`,
    });
  }
  return thresholds;
}
