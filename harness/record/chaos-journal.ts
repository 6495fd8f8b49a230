/**
 * `journal.json`: a drill in the fields of Chaos Toolkit's journal, so that what
 * reads those (reports, dashboards) reads ours. Its words mean what they mean
 * there: `deviated` is a steady state that was met before the faults and broke
 * later; one that was not met before them is `failed`, and not `deviated`.
 */
import type { DrillLook, DrillProbe } from './drill-record.ts';
import type { Summary } from './run-record.ts';

/** What carries an activity out: this program, as it was typed. */
type Provider = { type: 'process'; path: 'firedrill'; arguments: string };

/** Of a number: within the range, or equal to it. */
type Tolerance = { type: 'range'; range: [number, number] } | number | string;

type Activity = {
  type: 'probe' | 'action';
  name: string;
  provider: Provider;
  tolerance?: Tolerance;
  background?: boolean;
};

/** An activity that was carried out. Times are ISO 8601, UTC; `duration` is in seconds. */
type Done = {
  activity: Activity;
  output: unknown;
  status: 'succeeded' | 'failed';
  start: string;
  end: string;
  duration: number;
  /** What went wrong, line by line. */
  exception?: string[];
};

type ProbeDone = Done & { tolerance_met: boolean };

/** `null` where nobody could tell. */
type SteadyState = { steady_state_met: boolean | null; probes: ProbeDone[] };

export type ChaosJournal = {
  'chaoslib-version': string;
  platform: string;
  /** Name of the machine. */
  node: string;
  experiment: {
    version: '1.0.0';
    title: string;
    description: string;
    tags: string[];
    configuration: Record<string, string | number>;
    'steady-state-hypothesis': { title: string; probes: Activity[] };
    method: Activity[];
    rollbacks: Activity[];
  };
  start: string;
  end: string;
  duration: number;
  status: 'completed' | 'failed' | 'aborted' | 'interrupted';
  deviated: boolean;
  steady_states: { before: SteadyState | null; after: SteadyState | null; during: SteadyState[] };
  run: Done[];
  rollbacks: Done[];
};

/** A fault as its schedule knows it; times from the first arrival. */
export type DrilledFault = {
  name: string;
  whom: string;
  what: string;
  /** When its own time was over. */
  endMs: number;
  appliedAtMs: number | null;
  liftedAtMs: number | null;
  failure: string | null;
  /** It was not to go on at all. */
  isCalledOff: boolean;
  /** How many it hit, in words; null where nobody counted. */
  hit: string | null;
};

export type DrillFacts = {
  summary: Summary;
  looks: { before: DrillLook | null; during: readonly DrillLook[]; after: DrillLook | null };
  faults: readonly DrilledFault[];
  /** Who ended it before its time; null when nobody did. */
  ended: 'aborted' | 'interrupted' | null;
  node: string;
};

/** The journal of a drill; pure. */
export function chaosJournal(facts: DrillFacts): ChaosJournal {
  const { summary, looks, faults } = facts;
  const { drill, environment, startedAt, durationMs } = summary;
  const clock = (ms: number): string => new Date(Date.parse(startedAt) + ms).toISOString();
  const provider = providerOf(summary.command);
  const due = faults.filter(({ isCalledOff, appliedAtMs }) => !isCalledOff || appliedAtMs !== null);
  const brokeLater = [...looks.during, looks.after].some((look) => look?.status === 'deviated');
  const steady = (look: DrillLook | null): SteadyState | null => look && toSteadyState(look, provider, clock);
  return {
    'chaoslib-version': `firedrill ${summary.firedrill}`,
    platform: environment.platform,
    node: facts.node,
    experiment: {
      version: '1.0.0',
      title: summary.variant == null ? summary.scenario : `${summary.scenario} ${summary.variant}`,
      description: summary.about,
      tags: ['firedrill', 'phoenix-channels'],
      configuration: {
        seed: summary.seed,
        clients: summary.clients.planned,
        check: drill?.check ?? '',
        window_ms: drill?.windowMs ?? 0,
        rollback: drill?.rollback ?? '',
      },
      'steady-state-hypothesis': {
        title: `${summary.scenario} is steady`,
        probes: (drill?.hypothesis ?? []).map((one) => probeOf(one, provider)),
      },
      method: faults.map((fault) => actionOf(fault, 'inject', provider)),
      rollbacks: faults.map((fault) => actionOf(fault, 'lift', provider)),
    },
    start: startedAt,
    end: clock(durationMs),
    duration: durationMs / 1e3,
    status: facts.ended ?? (drill?.status === 'held' ? 'completed' : 'failed'),
    deviated: brokeLater,
    steady_states: {
      before: steady(looks.before),
      after: steady(looks.after),
      during: looks.during.map((look) => toSteadyState(look, provider, clock)),
    },
    run: due.map((fault) => injected(fault, provider, clock, durationMs)),
    rollbacks: due.flatMap((fault) => lifted(fault, provider, clock)),
  };
}

function providerOf(command: string): Provider {
  return { type: 'process', path: 'firedrill', arguments: command.replace(/^firedrill ?/, '') };
}

function probeOf(
  { metric, expression }: { metric: string; expression: string },
  provider: Provider,
): Activity {
  return { type: 'probe', name: `${metric} ${expression}`, provider, tolerance: toleranceOf(expression) };
}

/** Its ranges hold both ends, so `<250` and `<=250` are one. */
function toleranceOf(expression: string): Tolerance {
  const [, operator = '', limit = ''] = /([<>=!]+)\s*(\S+)\s*$/.exec(expression) ?? [];
  const value = Number(limit);
  if (operator.startsWith('<')) return { type: 'range', range: [-Number.MAX_VALUE, value] };
  if (operator.startsWith('>')) return { type: 'range', range: [value, Number.MAX_VALUE] };
  return operator.startsWith('=') ? value : expression;
}

function actionOf({ name, whom, what }: DrilledFault, does: 'inject' | 'lift', provider: Provider): Activity {
  const words = does === 'inject' ? `${name} (${whom}: ${what})` : `lift ${name}`;
  return { type: 'action', name: words, provider, background: true };
}

function toSteadyState(look: DrillLook, provider: Provider, clock: (ms: number) => string): SteadyState {
  const met = look.status === 'cannot tell' ? null : look.status === 'held';
  return { steady_state_met: met, probes: look.probes.map((probe) => toProbe(probe, look, provider, clock)) };
}

function toProbe(
  probe: DrillProbe,
  { fromMs, untilMs }: DrillLook,
  provider: Provider,
  clock: (ms: number) => string,
): ProbeDone {
  const isTold = probe.status !== 'cannot tell';
  return {
    activity: probeOf(probe, provider),
    output: probe.actual,
    status: isTold ? 'succeeded' : 'failed',
    start: clock(fromMs),
    end: clock(untilMs),
    duration: (untilMs - fromMs) / 1e3,
    tolerance_met: probe.status === 'held',
    ...(isTold ? {} : { exception: [probe.reason ?? 'it could not be told'] }),
  };
}

function injected(
  fault: DrilledFault,
  provider: Provider,
  clock: (ms: number) => string,
  durationMs: number,
): Done {
  const { appliedAtMs, liftedAtMs, failure, hit, endMs } = fault;
  const activity = actionOf(fault, 'inject', provider);
  if (appliedAtMs === null) {
    const at = clock(Math.min(endMs, durationMs));
    const exception = [failure ?? 'the drill ended before it was due'];
    return { activity, output: null, status: 'failed', start: at, end: at, duration: 0, exception };
  }
  const untilMs = Math.max(appliedAtMs, liftedAtMs ?? durationMs);
  return {
    activity,
    output: hit,
    status: 'succeeded',
    start: clock(appliedAtMs),
    end: clock(untilMs),
    duration: (untilMs - appliedAtMs) / 1e3,
  };
}

/** One that was lifted, or should have been; one that was left on has none. */
function lifted(fault: DrilledFault, provider: Provider, clock: (ms: number) => string): Done[] {
  const { appliedAtMs, liftedAtMs, failure, endMs } = fault;
  if (appliedAtMs === null || (liftedAtMs === null && failure === null)) return [];
  const at = clock(liftedAtMs ?? endMs);
  const output = liftedAtMs !== null && liftedAtMs < endMs ? 'lifted before its time' : 'lifted in its time';
  const isLifted = failure === null;
  return [
    {
      activity: actionOf(fault, 'lift', provider),
      output: isLifted ? output : null,
      status: isLifted ? 'succeeded' : 'failed',
      start: at,
      end: at,
      duration: 0,
      ...(isLifted ? {} : { exception: [failure] }),
    },
  ];
}
