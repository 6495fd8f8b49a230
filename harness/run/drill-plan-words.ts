/** What a drill would do, in words and as a document: nothing of it is done. */
import { formatClock, formatMs, parseDurationMs } from '../base/units.ts';
import { undoWords, type UndoPlace } from '../faults/undo-words.ts';
import {
  calmBefore,
  looksAfter,
  looksBefore,
  secondsDown,
  secondsUp,
  type DrillPlan,
} from '../scenario/drill-plan.ts';
import type { Rollback } from '../scenario/drill-shape.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { PlannedFault, RunPlan } from '../scenario/plan.ts';
import { describeLoad } from '../scenario/plan-words.ts';
import { stepsText } from '../scenario/ramp.ts';

type Stretch = { fromMs: number; untilMs: number };

export type ToldDrill = {
  scenario: string;
  variant: string | null;
  about: string;
  load: string;
  /** Times from the first arrival. */
  phases: ({ name: string } & Stretch)[];
  hypothesis: { metric: string; expression: string }[];
  /** Where it is from, beside what was typed. */
  hypothesisFrom: DrillPlan['from'];
  check: DrillPlan['check'];
  windowMs: number;
  looks: { when: 'before' | 'during' | 'after'; words: string }[];
  faults: ToldFault[];
  /** Thresholds that end the drill before its time. */
  aborts: { metric: string; expression: string; fromMs: number }[];
  rollback: { strategy: Rollback; words: string };
};

type ToldFault = Stretch & {
  id: string;
  name: string;
  whom: string;
  what: string;
  /** A target that cannot take it is drilled without it. */
  isOptional: boolean;
  /** How its share rises; null where it does not. */
  rises: string | null;
  liftedBy: string;
  ifWeDie: string;
};

const ROLLBACK_WORDS: Readonly<Record<Rollback, string>> = {
  always: 'whatever ends the drill, faults that are on are lifted',
  deviated:
    'at the first deviation all faults are lifted and no further one goes on; without one each keeps its time',
  never: 'each fault keeps its time, even where the drill ends before it',
};

/** The drill of a run by its plan; `place` is where its faults would be. */
export function tellDrill(
  { name, variant, scenario }: LoadedScenario,
  plan: RunPlan,
  drill: DrillPlan,
  place: UndoPlace,
): ToldDrill {
  const { rampMs, totalMs } = plan;
  return {
    scenario: name,
    variant,
    about: scenario.about,
    load: describeLoad(plan),
    phases: [
      { name: 'ramp', fromMs: 0, untilMs: rampMs },
      { name: 'hold', fromMs: rampMs, untilMs: totalMs },
    ],
    hypothesis: Object.entries(drill.hypothesis).flatMap(([metric, list]) =>
      list.map((expression) => ({ metric, expression })),
    ),
    hypothesisFrom: drill.from,
    check: drill.check,
    windowMs: drill.windowMs,
    looks: looksOf(plan, drill),
    faults: plan.faults.toSorted((a, b) => a.atMs - b.atMs).map((fault) => tellFault(fault, place)),
    aborts: abortsOf(scenario.thresholds ?? {}, rampMs),
    rollback: { strategy: drill.rollback, words: ROLLBACK_WORDS[drill.rollback] },
  };
}

function looksOf(plan: RunPlan, { check, windowMs }: DrillPlan): ToldDrill['looks'] {
  const looks: ToldDrill['looks'] = [];
  const calm = calmBefore(plan);
  const ends = plan.faults.map(({ atMs, forMs }) => atMs + forMs);
  const endMs = secondsDown(plan.totalMs);
  const over = (earliestMs: number, untilMs: number): string =>
    `over ${formatClock(Math.max(earliestMs, untilMs - windowMs))}–${formatClock(untilMs)}`;
  if (looksBefore(check)) {
    const words = `before the first fault, ${over(calm.fromMs, calm.untilMs)}; no fault goes on unless it holds`;
    looks.push({ when: 'before', words });
  }
  const back = `over the last ${formatMs(windowMs)}`;
  if (check === 'during') looks.push({ when: 'during', words: `each second while a fault is on, ${back}` });
  if (check === 'continuously') {
    const words = `each second from ${formatClock(calm.untilMs)} to ${formatClock(endMs)}, ${back}`;
    looks.push({ when: 'during', words });
  }
  if (looksAfter(check)) {
    const words = `at the end, ${over(Math.max(...ends.map(secondsUp)), endMs)}`;
    looks.push({ when: 'after', words });
  }
  return looks;
}

function tellFault(fault: PlannedFault, place: UndoPlace): ToldFault {
  const { id, name, whom, what, atMs, forMs, isOptional, ramp } = fault;
  const untilMs = atMs + forMs;
  return {
    id,
    name,
    whom,
    what,
    fromMs: atMs,
    untilMs,
    isOptional,
    rises: ramp === undefined ? null : stepsText(ramp, atMs),
    liftedBy: `the harness, at ${formatClock(untilMs)}`,
    ifWeDie: undoWords({ fault }, place).endsBy ?? 'nothing ends it',
  };
}

function abortsOf(
  thresholds: NonNullable<LoadedScenario['scenario']['thresholds']>,
  rampMs: number,
): ToldDrill['aborts'] {
  return Object.entries(thresholds).flatMap(([metric, list]) =>
    list.flatMap((threshold) => {
      if (typeof threshold === 'string' || threshold.abortOnFail !== true) return [];
      const { expression, delayAbortEval = 0 } = threshold;
      return [{ metric, expression, fromMs: rampMs + (parseDurationMs(delayAbortEval) ?? 0) }];
    }),
  );
}

/** The same for people. */
export function drillLines(told: ToldDrill): string[] {
  const { scenario, variant, about, load, phases, hypothesis, hypothesisFrom, looks, faults, aborts } = told;
  const lines: string[] = [`drill ${variant === null ? scenario : `${scenario} ${variant}`}: ${about}`];
  const add = (head: string, texts: readonly string[]): void => {
    for (const [nth, text] of texts.entries()) lines.push(`  ${(nth === 0 ? head : '').padEnd(12)}${text}`);
  };
  const stretch = ({ fromMs, untilMs }: Stretch): string => `${formatClock(fromMs)}–${formatClock(untilMs)}`;
  add('load', [load]);
  const phaseText = (phase: ToldDrill['phases'][number]): string =>
    `${phase.name} ${formatMs(phase.untilMs - phase.fromMs)} (${stretch(phase)})`;
  add('phases', [phases.map(phaseText).join(' · ')]);
  const from = hypothesisFrom === 'drill' ? [] : ["(the scenario's thresholds: it has no drill)"];
  add('hypothesis', [...hypothesis.map(({ metric, expression }) => `${metric} ${expression}`), ...from]);
  add(
    'looked at',
    looks.map(({ words }) => words),
  );
  add('faults', faults.flatMap(faultLines));
  add(
    'abort',
    aborts.map(
      ({ metric, expression, fromMs }) => `unless ${metric} ${expression}, from ${formatClock(fromMs)} on`,
    ),
  );
  add('rollback', [`${told.rollback.strategy}: ${told.rollback.words}`]);
  return lines;
}

function faultLines(fault: ToldFault): string[] {
  const time = `${formatClock(fault.fromMs)}–${formatClock(fault.untilMs)}`;
  const optional = fault.isOptional ? ' (where the target can take it)' : '';
  return [
    `${time}  ${fault.name}, ${fault.whom}: ${fault.what}${optional}`,
    ...(fault.rises === null ? [] : [`  rises: ${fault.rises}`]),
    `  lifted by ${fault.liftedBy}; should we die: ${fault.ifWeDie}`,
  ];
}
