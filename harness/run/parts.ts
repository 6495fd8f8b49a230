/**
 * The parts of a run that thresholds and fault effects speak of: `all`,
 * `steady`, and the time in which a fault was on.
 */
import type { FaultSpan } from '../faults/schedule.ts';

/** Where each second of a run belongs. */
export class RunParts {
  readonly #spans: readonly FaultSpan[];
  readonly #recoveredAfterMs: ReadonlyMap<FaultSpan, number | null>;
  readonly #rampMs: number;
  readonly #endMs: number;

  constructor(
    spans: readonly FaultSpan[],
    recoveredAfterMs: ReadonlyMap<FaultSpan, number | null>,
    rampMs: number,
    endMs: number,
  ) {
    this.#spans = spans;
    this.#recoveredAfterMs = recoveredAfterMs;
    this.#rampMs = rampMs;
    this.#endMs = endMs;
  }

  /**
   * Whether a second lies in a part. `steady` begins a second after the ramp and
   * leaves out every fault with its recovery; a fault that never recovered is
   * left out only until it was lifted, so that what lingers is not hidden.
   */
  within(part: string): (window: number) => boolean {
    if (part === 'all') return () => true;
    if (part === 'steady') return (window) => this.#isSteady(window);
    return (window) =>
      this.#spans.some(
        (span) => span.fault.kind === part && overlaps(window, span.appliedAtMs, span.liftedAtMs),
      );
  }

  #isSteady(window: number): boolean {
    const fromMs = window * 1_000;
    if (fromMs < this.#rampMs + 1_000 || fromMs + 1_000 > this.#endMs) return false;
    return !this.#spans.some((span) => {
      const recovery = this.#recoveredAfterMs.get(span) ?? 0;
      const until = span.liftedAtMs === null ? null : span.liftedAtMs + recovery;
      return overlaps(window, span.appliedAtMs, until);
    });
  }

  /** The kind of a fault that was on in that second, null when none was. */
  faultOn(window: number): string | null {
    return (
      this.#spans.find((span) => overlaps(window, span.appliedAtMs, span.liftedAtMs))?.fault.kind ?? null
    );
  }
}

/** Whether a second touches a span; one that has no end goes on. */
function overlaps(window: number, fromMs: number | null, untilMs: number | null): boolean {
  if (fromMs === null) return false;
  const windowMs = window * 1_000;
  return windowMs + 1_000 > fromMs && (untilMs === null || windowMs < untilMs);
}
