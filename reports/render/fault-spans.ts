/** Faults on the run's clock: which was on, and which one an aftermath belongs to. */

import type { FaultSummary, Summary } from '../../harness/record/run-record.ts';

/** Colours and hatches there are; the fifth fault takes the first colour with another hatch. */
const KINDS_OF_MARK = 4;

/** A fault in its order of appearance. */
export type FaultSpan = {
  fault: FaultSummary;
  /** 0..3, the colour it is drawn in. */
  colour: number;
  /** 0..3, the angle of its hatch. */
  hatch: number;
  /** null when it was never applied. */
  fromMs: number | null;
  /** The end of the run for a fault that was still on. */
  toMs: number;
};

/** A fault that was applied. */
export type AppliedSpan = FaultSpan & { fromMs: number };

/** Every fault of the run, in order of appearance; those never applied come last. */
export function faultSpans(summary: Summary): FaultSpan[] {
  const order = summary.faults.toSorted(
    (a, b) => (a.appliedAtMs ?? Infinity) - (b.appliedAtMs ?? Infinity) || 0,
  );
  return order.map((fault, index) => ({
    fault,
    colour: index % KINDS_OF_MARK,
    hatch: (index + Math.floor(index / KINDS_OF_MARK)) % KINDS_OF_MARK,
    fromMs: fault.appliedAtMs,
    toMs: Math.max(fault.liftedAtMs ?? summary.durationMs, fault.appliedAtMs ?? 0),
  }));
}

/** Only those that were applied. */
export function appliedSpans(spans: readonly FaultSpan[]): AppliedSpan[] {
  return spans.filter((span): span is AppliedSpan => span.fromMs !== null);
}

/** The fault on at that moment; of several, the one applied last. */
export function spanAt(spans: readonly FaultSpan[], atMs: number): FaultSpan | null {
  return spans.findLast((span) => span.fromMs !== null && span.fromMs <= atMs && atMs < span.toMs) ?? null;
}

/** How long after its lift a fault can still be the cause of a timeout: Phoenix's own patience for a push. */
const LINGER_MS = 10_000;

/** The fault on at that moment, or the one lifted last whose aftermath has not ended. */
export function spanBehind(spans: readonly FaultSpan[], atMs: number): FaultSpan | null {
  return (
    spanAt(spans, atMs) ??
    spans.findLast((span) => {
      if (span.fromMs === null || span.fromMs > atMs) return false;
      return atMs < span.toMs + Math.max(span.fault.recoveredAfterMs ?? 0, LINGER_MS);
    }) ??
    null
  );
}

/** The fault a text names, by id or by name. */
export function spanNamed(spans: readonly FaultSpan[], text: string | null): FaultSpan | null {
  if (text === null) return null;
  return (
    spans.find((span) => span.fault.id === text) ?? spans.find((span) => span.fault.name === text) ?? null
  );
}
