/** Names of metrics with one tag, as thresholds and records spell them: `push_duration{kind:search}`. */
import { CAUSE_TAG, isCauseRate, isTimeoutCause, type TimeoutCause } from './timeout-causes.ts';

/** The metrics of ours that are also kept for each tag; a scenario's own always are. */
export const TAGGED_METRICS = [
  'push_duration',
  'push_service_duration',
  'push_timeouts',
  'join_duration',
  'join_timeouts',
  'errors',
  'server_events',
] as const;

export type TaggedMetric = (typeof TAGGED_METRICS)[number];

/** True for a rate of timeouts split by what they are charged to: `push_timeouts{cause:blocked_handler}`. */
export function isCauseName(parts: MetricParts): parts is MetricParts & { tag: { value: TimeoutCause } } {
  const { metric, tag } = parts;
  return tag?.key === CAUSE_TAG && isCauseRate(metric) && isTimeoutCause(tag.value);
}

/** A name taken apart; `tag` is null without braces. */
export type MetricParts = { metric: string; tag: { key: string; value: string } | null };

const TAGGED = /^([^{}]+)\{([A-Za-z_][\w.-]{0,63}):([^{},]+)\}$/;

/** The parts of a name, or null when its braces hold no single `key:value`. */
export function metricParts(name: string): MetricParts | null {
  if (!name.includes('{') && !name.includes('}')) return { metric: name, tag: null };
  const [, metric, key, value] = TAGGED.exec(name) ?? [];
  if (metric === undefined || key === undefined || value === undefined) return null;
  return { metric, tag: { key, value } };
}
