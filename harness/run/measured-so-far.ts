/** A run as it stands in the middle of it, for whoever looks at its last seconds. */
import { ownOrCounted, ownSpecs, type DeclaredMetric } from '../base/own-metrics.ts';
import type { Conductor } from '../drive/conductor.ts';
import type { FaultSpan } from '../faults/schedule.ts';
import type { RunPlan } from '../scenario/plan.ts';
import type { MeasuredRun } from './measurements.ts';
import { RunParts } from './parts.ts';
import type { RunJournal } from './run-journal.ts';

/** What there is of a run while it goes on. */
export type Going = {
  journal: Pick<RunJournal, 'totals' | 'windows' | 'startUs'>;
  conductor: { broadcasts: Pick<Conductor['broadcasts'], 'all'> };
  /** The faults so far. */
  spans: readonly FaultSpan[];
  plan: Pick<RunPlan, 'rampMs' | 'totalMs'>;
  /** The scenario's own metrics as it declares them. */
  declared: Readonly<Record<string, DeclaredMetric>> | undefined;
};

/** Always as it is by then; what costs is done when it is asked for. */
export function measuredSoFar({ journal, conductor, spans, plan, declared }: Going): MeasuredRun {
  const specs = ownSpecs(declared);
  return {
    totals: journal.totals,
    windows: journal.windows,
    recoveriesMs: [],
    get startUs() {
      return journal.startUs;
    },
    get broadcasts() {
      return conductor.broadcasts.all();
    },
    get own() {
      return ownOrCounted(specs, journal.totals.own.counters.keys());
    },
    parts: new RunParts(spans, new Map(), plan.rampMs, plan.totalMs),
  };
}
