/** The flags that change the plan of a scenario: its load, its thresholds, which of its variants. */
import type { Threshold } from '../scenario/api.ts';
import type { Asked } from '../scenario/chosen-runs.ts';
import type { PlanOverrides } from '../scenario/plan.ts';
import { readTypedThresholds } from '../scenario/typed-thresholds.ts';
import type { FlagReader } from './flags.ts';

/** Largest numbers taken from a command line: beyond them a slip of the finger is likelier than a plan. */
const MAX = { clients: 2_000_000, rate: 1_000_000 };

/** Beside `--threshold`, wherever there is that. */
export const ABORT_FLAG = {
  abort: {
    type: 'string',
    describe: 'metric=expression that ends the run when it fails over ten seconds; judged at the end too',
    requiresArg: true,
  },
} as const;

/** With their help, in the order shown. */
export const PLAN_FLAGS = {
  clients: {
    type: 'string',
    describe: 'virtual clients; of stages the highest, of open arrivals the most at once',
    requiresArg: true,
  },
  duration: { type: 'string', describe: 'the whole run, ramp and hold: 30s, 3m', requiresArg: true },
  ramp: { type: 'string', describe: 'time over which the clients arrive', requiresArg: true },
  rate: {
    type: 'string',
    describe: 'pushes per second of all clients together; of open arrivals the arrivals per second',
    requiresArg: true,
  },
  seed: { type: 'string', describe: 'the same seed repeats the run', requiresArg: true },
  threshold: { type: 'string', describe: "metric=expression: 'push_duration=p(99)<250'", requiresArg: true },
  ...ABORT_FLAG,
  variant: {
    type: 'string',
    describe: 'only this one of the scenario’s variants; may be repeated',
    requiresArg: true,
  },
  small: { type: 'boolean', describe: 'the scenario’s small size: a check of seconds' },
} as const;

function readOverrides(flags: FlagReader): PlanOverrides {
  const clients = flags.number('clients', { min: 1, max: MAX.clients, whole: true });
  const rate = flags.number('rate', { min: 0.001, max: MAX.rate });
  const seed = flags.number('seed', { min: 0, max: 0xffff_ffff, whole: true });
  const durationMs = flags.durationMs('duration');
  const rampMs = flags.durationMs('ramp');
  return {
    seed: seed ?? 7,
    ...(clients === undefined ? {} : { clients }),
    ...(rate === undefined ? {} : { rate }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(rampMs === undefined ? {} : { rampMs }),
  };
}

/** Which runs of a scenario are asked for, and at which size. */
export function readAsked(flags: FlagReader): Asked {
  return { variants: flags.texts('variant'), small: flags.isSet('small'), overrides: readOverrides(flags) };
}

/** Of `--threshold` and `--abort`, by metric: to be judged beside the scenario's own. */
export function readThresholds(flags: FlagReader): Record<string, Threshold[]> {
  const all = new Map<string, Threshold[]>(readTypedThresholds(flags.texts('threshold'), flags.problems));
  for (const [metric, list] of readTypedThresholds(flags.texts('abort'), flags.problems, '--abort')) {
    const conditions = list.map((expression) => ({ expression, abortOnFail: true }));
    all.set(metric, [...(all.get(metric) ?? []), ...conditions]);
  }
  return Object.fromEntries(all);
}
