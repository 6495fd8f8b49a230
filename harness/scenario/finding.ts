/**
 * What a scenario says of its own runs, in one line with their figures:
 * `finding: ({ trouble, remedy }) => …`.
 */
import type { MetricName } from '../base/metrics.ts';
import type { TaggedMetric } from '../base/tagged-metric.ts';
import type { FaultKind } from './fault.ts';

/** What a threshold or a finding may be about; one tag in braces looks at the measurements that carry it. */
export type ThresholdName<Own extends string = never> =
  | MetricName
  | Own
  | `${TaggedMetric | Own}{${string}:${string}}`;

/** The statistics of thresholds: which one a metric has depends on its kind. */
export type Statistic = 'avg' | 'min' | 'max' | 'med' | `p(${number})` | 'count' | 'rate' | 'value';

/** The part of a run: all of it, the part without a fault, or the time in which a fault was on. */
export type Part = 'all' | 'steady' | FaultKind;

/** A threshold and how it ended. */
export type JudgedThreshold = {
  readonly metric: string;
  readonly expression: string;
  readonly during: string;
  /** In the metric's unit; null when there was nothing to measure. */
  readonly actual: number | null;
  readonly limit: number;
  readonly status: 'pass' | 'fail' | 'inconclusive';
};

/** A run that is over, as a finding reads it. */
export type Result<Own extends string = never> = {
  /**
   * The figure a threshold would have been held against: milliseconds, shares of 0..1, a counter's `rate`
   * per second. Null when nothing was measured, or too little for that percentile.
   */
  figure(metric: ThresholdName<Own>, statistic: Statistic, options?: { during?: Part }): number | null;
  /** The same for people: `7.19 s`, `1,940/s`, `nothing`, `too few samples`. */
  text(metric: ThresholdName<Own>, statistic: Statistic, options?: { during?: Part }): string;
  /** Clients that joined (or connected, where the scenario joins nothing). */
  readonly clients: number;
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'deviated';
  readonly thresholds: readonly JudgedThreshold[];
};

/** One result for each variant by its name, or `run` where there are none. */
export type Results<Own extends string, Name extends string> = Readonly<
  Record<[Name] extends [never] ? 'run' : Name, Result<Own>>
>;
