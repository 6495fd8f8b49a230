/**
 * The steady-state hypothesis of a drill: what one look at a stretch of the run
 * says of it, and what all looks say together. Pure.
 */
import { formatClock, formatMs } from '../base/units.ts';
import type { DrillLook, DrillProbe, LookCounts, LookStatus } from '../record/drill-record.ts';
import type { ThresholdResult } from '../record/run-record.ts';
import { evaluateThresholds, type Measurements } from './evaluate.ts';
import { describeMiss } from './verdict.ts';

/** Expressions by metric, as thresholds have them. */
export type Hypothesis = Readonly<Record<string, readonly string[]>>;

/** Which seconds a look is about, and why it is taken. */
export type Stretch = Pick<DrillLook, 'when' | 'fromMs' | 'untilMs'>;

/** Looks at a stretch; `source` has measured that stretch and nothing else. */
export function lookAt(hypothesis: Hypothesis, source: Measurements, stretch: Stretch): DrillLook {
  // Which second was worst is not asked here, and finding it means decoding every one of them.
  const probes = evaluateThresholds(hypothesis, { ...source, worst: () => null }).map(toProbe);
  return { ...stretch, status: statusOf(probes), probes };
}

/** A look for which there was nothing to look at. */
export function unseen(hypothesis: Hypothesis, stretch: Stretch, reason: string): DrillLook {
  const nothing: Measurements = {
    trend: () => null,
    total: () => null,
    gauge: () => null,
    worst: () => null,
  };
  const probes = lookAt(hypothesis, nothing, stretch).probes.map((probe): DrillProbe => ({
    ...probe,
    actual: null,
    status: 'cannot tell',
    reason,
  }));
  return { ...stretch, status: 'cannot tell', probes };
}

const STATUS = { pass: 'held', fail: 'deviated', inconclusive: 'cannot tell' } as const;

function toProbe(result: ThresholdResult): DrillProbe {
  const { metric, expression, actual, limit, unit, status, reason } = result;
  const probe = { metric, expression, actual, limit, unit, status: STATUS[status] };
  return reason === undefined ? probe : { ...probe, reason };
}

function statusOf(probes: readonly { status: LookStatus }[]): LookStatus {
  if (probes.some(({ status }) => status === 'deviated')) return 'deviated';
  return probes.every(({ status }) => status === 'held') ? 'held' : 'cannot tell';
}

/** Adds a look to the count of those like it. */
export function countLook(counts: LookCounts, { status }: DrillLook): void {
  counts.looks += 1;
  counts[status === 'cannot tell' ? 'cannotTell' : status] += 1;
}

/** The look that says most of several: the first that deviated, else the one with the least to spare. */
export function mostTelling(looks: readonly DrillLook[]): DrillLook | null {
  const deviated = looks.find(({ status }) => status === 'deviated');
  if (deviated) return deviated;
  let tightest: DrillLook | null = null;
  for (const look of looks) if (!tightest || useOf(look) > useOf(tightest)) tightest = look;
  return tightest;
}

/** How much of its limit the fullest expression used; one that could not be told used nothing. */
function useOf({ probes }: DrillLook): number {
  return Math.max(
    -1,
    ...probes.map(({ actual, limit, expression }) => {
      if (actual === null) return -1;
      const [large, small] = expression.includes('>') ? [limit, actual] : [actual, limit];
      return small === 0 ? (large === 0 ? 1 : Number.MAX_VALUE) : large / small;
    }),
  );
}

/** Expressions that none of these looks could tell, with the reason of the last. */
export function neverTold(looks: readonly DrillLook[]): DrillProbe[] {
  const last = looks.at(-1);
  return (last?.probes ?? []).filter((_, nth) =>
    looks.every(({ probes }) => probes[nth]?.status === 'cannot tell'),
  );
}

/** A fault's time on the run's clock. */
export type OnAndOff = { name: string; appliedAtMs: number | null; liftedAtMs: number | null };

/** `push_duration p(95) was 812 ms, limit 250 ms; …`, of the expressions that did not hold. */
export function figuresOf({ probes }: DrillLook): string {
  return probes
    .filter(({ status }) => status === 'deviated')
    .map((probe) => describeMiss({ ...probe, status: 'fail', during: 'all', ...NOT_ASKED }))
    .join('; ');
}

const NOT_ASKED = { level: 'error', worstAtMs: null, worstDuring: null } as const;

/** `the steady state deviated at 0:31, 4 s after blocking handlers went on: …` */
export function deviationWords(look: DrillLook, spans: readonly OnAndOff[]): string {
  const figures = figuresOf(look);
  if (look.when === 'before') return `the steady state did not hold before the first fault: ${figures}`;
  const since = sinceWords(look.untilMs, spans);
  return look.when === 'after'
    ? `the steady state was not back at ${formatClock(look.untilMs)}${since}: ${figures}`
    : `the steady state deviated at ${formatClock(look.untilMs)}${since}: ${figures}`;
}

/** What went on or off last before that moment. */
function sinceWords(atMs: number, spans: readonly OnAndOff[]): string {
  const on = spans.filter((span) => span.appliedAtMs !== null && span.appliedAtMs < atMs);
  const lasting = on.filter(({ liftedAtMs }) => liftedAtMs === null || liftedAtMs >= atMs);
  const began = latest(lasting, ({ appliedAtMs }) => appliedAtMs);
  if (began) return `, ${formatMs(wholly(atMs - began.ms))} after ${began.name} went on`;
  const ended = latest(on, ({ liftedAtMs }) => liftedAtMs);
  return ended ? `, ${formatMs(wholly(atMs - ended.ms))} after the lift of ${ended.name}` : '';
}

function latest(
  spans: readonly OnAndOff[],
  timeOf: (span: OnAndOff) => number | null,
): { name: string; ms: number } | null {
  let found: { name: string; ms: number } | null = null;
  for (const span of spans) {
    const ms = timeOf(span);
    if (ms !== null && (!found || ms > found.ms)) found = { name: span.name, ms };
  }
  return found;
}

/** A look sees whole seconds: tenths of one would be a false precision. */
function wholly(ms: number): number {
  return ms < 950 ? ms : Math.round(ms / 1_000) * 1_000;
}

/** Why a look cannot tell, and what would help. */
export function untoldWords(probes: readonly DrillProbe[]): string {
  const reasons = new Set(
    probes.flatMap(({ status, metric, reason }) =>
      status === 'cannot tell' ? [reason ?? `${metric} was not measured`] : [],
    ),
  );
  return `${[...reasons].join('; ')} (a longer --window, more load, or a lower percentile helps)`;
}
