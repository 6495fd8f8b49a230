/**
 * Everything a run has measured over a range of its seconds, as the judge asks
 * for it: what a look at the last ten seconds sees while the run goes on.
 */
import type { Measurements } from '../judge/evaluate.ts';
import type { BroadcastResult } from '../measure/broadcasts.ts';
import type { Within } from '../measure/run-totals.ts';
import { shareOf, toMeasurements, totalOf, type MeasuredRun } from './measurements.ts';

/** A delivery younger than this may still be on its way: it is no missing one. */
const ON_ITS_WAY_MS = 5_000;

/** Not `all`: that stands for totals which are kept ready for the whole run only. */
const PART = 'range';

/**
 * Whole seconds within `fromMs` and `untilMs`, from the first arrival, whatever part is asked for.
 * A rate of nothing is null here, and so is what no single second has: `recovery_duration`, `clients_joined`.
 */
export function rangeMeasurements(run: MeasuredRun, fromMs: number, untilMs: number): Measurements {
  const first = Math.ceil(fromMs / 1e3);
  const end = Math.floor(untilMs / 1e3);
  const within: Within = (window) => window >= first && window < end;
  const part: MeasuredRun = {
    totals: run.totals,
    windows: run.windows,
    recoveriesMs: [],
    startUs: run.startUs,
    parts: { within: () => within, faultOn: (window) => run.parts.faultOn(window) },
    ...(run.own ? { own: run.own } : {}),
    // Merging those of all workers costs: only a metric that is about them asks.
    get broadcasts() {
      return arrived(run);
    },
  };
  const all = toMeasurements(part);
  return {
    ...all,
    trend: (metric) => all.trend(metric, PART),
    total(metric) {
      const { totals } = run;
      const share = shareOf(part, metric, totals.countersWithin(within), totals.ownWithin(within));
      if (share?.of !== 0) return totalOf(part, metric, PART);
      // Timeouts of what was sent before the range began: all that ended in it ended so.
      return share.count === 0 ? null : { count: share.count, rate: 1 };
    },
    gauge: (metric) => all.gauge(metric, PART),
  };
}

/** Broadcasts that nobody waits for any more, or for longer than a delivery takes. */
function arrived({ broadcasts, windows, startUs }: MeasuredRun): BroadcastResult[] {
  const newestMs = (windows.at(-1)?.atMs ?? 0) + 1_000;
  const limitUs = startUs + (newestMs - ON_ITS_WAY_MS) * 1e3;
  return broadcasts.filter(({ missing, dueUs }) => missing === 0 || dueUs <= limitUs);
}
