/** Where a drill meets its run: what it measures by, and whom it tells. */
import type { Clock } from '../base/clock.ts';
import type { DrillPlan } from '../scenario/drill-plan.ts';
import type { RunPlan } from '../scenario/plan.ts';
import { DrillWatch } from './drill-watch.ts';
import { measuredSoFar, type Going } from './measured-so-far.ts';
import { rangeMeasurements } from './range-measurements.ts';
import type { RunJournal } from './run-journal.ts';

type Opening = Omit<Going, 'spans' | 'journal' | 'plan'> & {
  clock: Clock;
  drill: DrillPlan;
  /** Its faults are those that will be injected. */
  plan: RunPlan;
  journal: RunJournal;
};

/** A watch that sees each second of the run; its schedule is attached when there is one. */
export function openDrill({ clock, drill, plan, journal, ...going }: Opening): DrillWatch {
  // No look asks which fault was on.
  const run = measuredSoFar({ ...going, journal, plan, spans: [] });
  const watch = new DrillWatch({
    clock,
    drill,
    plan,
    listener: {
      onDeviated: (words, atMs) => journal.deviated(words, atMs),
      onStopped: (words) => journal.stop('drill', words),
    },
    measure: (fromMs, untilMs) => rangeMeasurements(run, fromMs, untilMs),
  });
  journal.onSecond.push((untilMs) => watch.settled(untilMs));
  return watch;
}
