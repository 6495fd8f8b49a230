/** The timeouts of a run by their cause, as the workers settle them: often seconds after they happened. */
import {
  causeMetric,
  TIMED_KINDS,
  type CauseCount,
  type TimedKind,
  type TimeoutCauses,
} from '../base/timeout-causes.ts';
import type { Counters } from '../measure/names.ts';
import type { RunTotals } from '../measure/run-totals.ts';
import type { CauseLine } from '../record/timeline-line.ts';

export class CauseBook {
  readonly lines: CauseLine[] = [];
  readonly #totals: RunTotals;

  /** The rates by cause are counted among these totals. */
  constructor(totals: RunTotals) {
    this.#totals = totals;
  }

  /** Takes what was settled; returns it as lines of the timeline, each under the second of its timeouts. */
  add(settled: readonly CauseCount[]): CauseLine[] {
    const lines = settled.map(({ window, kind, cause, count }): CauseLine => {
      const metric = causeMetric(kind, cause);
      if (metric !== null) this.#totals.addCount(metric, window, count);
      return { type: 'causes', atMs: window * 1_000, kind, cause, count };
    });
    this.lines.push(...lines);
    return lines;
  }

  /** What was with a worker that died is known to nobody. */
  addLost(): CauseLine[] {
    const window = Math.max(0, ...this.#totals.windows());
    const settled = this.byKind();
    return this.add(
      TIMED_KINDS.flatMap((kind) => {
        const known = Object.values(settled[kind] ?? {}).reduce((sum, count) => sum + count, 0);
        const count = timedOutOf(this.#totals.counters, kind) - known;
        return count > 0 ? [{ window, kind, cause: 'unknown' as const, count }] : [];
      }),
    );
  }

  /** Over the whole run; only what happened. */
  byKind(): TimeoutCauses {
    const causes: TimeoutCauses = {};
    for (const { kind, cause, count } of this.lines) {
      const ofKind = (causes[kind] ??= {});
      ofKind[cause] = (ofKind[cause] ?? 0) + count;
    }
    return causes;
  }
}

/** Whatever has a cause: what timed out after it was sent, and what did while it waited to be. */
function timedOutOf(counters: Counters, kind: TimedKind): number {
  const unsent = kind === 'join' || kind === 'push' ? counters[`${kind}_unsent`] : 0;
  return counters[`${kind}_timeout`] + unsent;
}
