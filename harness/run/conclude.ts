/** The end of a run: effects of its faults, thresholds, books, verdict, summary. */
import type { ThresholdResult, RunRecord, Summary, FaultSummary } from '../record/run-record.ts';
import { ownOrCounted, ownSpecs } from '../base/own-metrics.ts';
import { SUMMARY_SCHEMA } from '../record/run-record.ts';
import { balanceBooks } from '../judge/books.ts';
import { evaluateThresholds } from '../judge/evaluate.ts';
import { ceilingWords } from '../calibrate/ceiling-share.ts';
import { judgeRun, type RunFacts } from '../judge/verdict.ts';
import type { Conductor } from '../drive/conductor.ts';
import type { Gauges } from '../drive/gauges.ts';
import type { FaultSchedule, FaultSpan } from '../faults/schedule.ts';
import type { RunTotals } from '../measure/run-totals.ts';
import type { Result } from '../scenario/finding.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { RunPlan } from '../scenario/plan.ts';
import { effectsOf, recoveryMs, type RunSeries } from './fault-effects.ts';
import { extentOf, leftOutOf } from './fault-extent.ts';
import { ceilingOf, conntrackOf, generatorOf, surroundingsOf } from './generator-summary.ts';
import { toMeasurements, type MeasuredRun } from './measurements.ts';
import type { OverDrill } from './drill-watch.ts';
import type { OpenTarget } from './open-target.ts';
import { RunParts } from './parts.ts';
import { reachedRate } from './reached-rate.ts';
import { resultOf } from './result.ts';
import type { RunJournal } from './run-journal.ts';
import type { RunOptions } from './run.ts';
import {
  attemptsOf,
  deliveriesOf,
  distributionsOf,
  metricsOf,
  operationsOf,
  samplePairs,
} from './summarise.ts';
import { undoNotLifted } from './undo-faults.ts';

export type Ended = {
  options: RunOptions;
  loaded: LoadedScenario;
  plan: RunPlan;
  target: OpenTarget;
  conductor: Conductor;
  schedule: FaultSchedule;
  journal: RunJournal;
  drill?: OverDrill | null;
};

/** The run as it is written down and shown, and as its scenario may ask about it. */
export function conclude(ended: Ended): { record: RunRecord; result: Result } {
  const { plan, conductor, schedule, journal } = ended;
  journal.closeBroadcasts();
  journal.closeCauses();
  journal.kernel.take();
  const { totals, windows, broadcasts } = journal;
  const series: RunSeries = { totals, windows, broadcasts };
  const endMs = (windows.at(-1)?.atMs ?? 0) + 1_000;
  const recoveries = new Map<FaultSpan, number | null>();
  for (const span of schedule.spans) {
    recoveries.set(span, recoveryMs(span, schedule.spans, series, plan.rampMs));
  }
  const run: MeasuredRun = {
    totals,
    windows,
    broadcasts: conductor.broadcasts.all(),
    own: ownOrCounted(ownSpecs(ended.loaded.scenario.metrics), totals.own.counters.keys()),
    recoveriesMs: [...recoveries.values()].filter((ms) => ms !== null),
    startUs: journal.startUs,
    serverEvents: journal.serverEvents.total(),
    clients: arrivedOf(plan, totals, conductor.gauges()),
    // The plan's end, not the drain's: what trickles in after it is no steady state.
    parts: new RunParts(schedule.spans, recoveries, plan.rampMs, Math.min(endMs, plan.totalMs)),
  };
  const faults = schedule.spans.map((span) => faultSummary(span, schedule, series, plan, recoveries));
  const summary = summarise(ended, run, faults);
  const names = { own: run.own ?? new Map<string, never>(), faultKinds: plan.faults.map(({ kind }) => kind) };
  return {
    record: { summary, windows, broadcasts, marks: journal.marks, causes: journal.causes.lines },
    result: resultOf(toMeasurements(run), names, summary),
  };
}

function summarise(ended: Ended, run: MeasuredRun, faults: FaultSummary[]): Summary {
  const { options, loaded, plan, target, conductor, schedule, journal } = ended;
  const gauges = conductor.gauges();
  const arrived = arrivedOf(plan, run.totals, gauges);
  const operations = operationsOf(run, gauges);
  const deliveries = deliveriesOf(run);
  const booksProblems = balanceBooks({
    operations,
    ...attemptsOf(run),
    timeoutCauses: journal.causes.byKind(),
    samples: samplePairs(run),
    deliveries,
  });
  const generator = generatorOf(run, journal, surroundingsOf(target, journal, schedule.spans));
  generator.ceiling = ceilingOf(target, options.version, run);
  const near = ceilingWords(generator.ceiling);
  if (near !== null) journal.note(near);
  const thresholds = evaluateThresholds(loaded.scenario.thresholds ?? {}, toMeasurements(run)).map(
    (threshold) => mindUnrecovered(threshold, faults),
  );
  const { verdict, exitCode } = judgeRun({
    thresholds,
    books: booksProblems,
    generator,
    clients: arrived,
    rate: journal.isCutShort ? null : reachedRate(plan, run.windows),
    pushes: { sent: operations.push.sent, answered: operations.push.ok + operations.push.error },
    lostWorkers: journal.lostWorkers,
    deadNodes: [...journal.deadNodes],
    serverGone: journal.serverGone,
    faultsNotLifted: undoNotLifted(schedule.notLifted, faults, target),
    faultsNotInjected: notInjected(schedule, journal),
    faultsCutShort: schedule.spans
      .filter((span) => span.failure !== null && span.liftedAtMs !== null)
      .map((span) => span.fault.name),
    faultsNotRisen: schedule.spans.filter((span) => span.shortfall).map((span) => span.fault.name),
    scenarioThrew: journal.scenarioThrew?.message ?? null,
    interrupted: journal.isInterrupted,
    aborted: journal.stopped?.by === 'condition' ? journal.stopped.why : null,
    halted: journal.stopped?.by === 'halt' ? journal.stopped.why : null,
    steadyState: ended.drill?.watch.findings ?? null,
  });
  const kernel = journal.kernel.total();
  const {
    planned: _planned,
    sent: _sent,
    buffered: _buffered,
    unsent: _unsent,
    ...outcomes
  } = operations.push;
  const joinedAfterUs = conductor.joinedAfterUs();
  return {
    schema: SUMMARY_SCHEMA,
    firedrill: options.version,
    scenario: loaded.name,
    about: loaded.scenario.about,
    variant: loaded.variant,
    finding: null,
    seed: plan.seed,
    startedAt: new Date(journal.startedWallMs).toISOString(),
    durationMs: (run.windows.at(-1)?.atMs ?? 0) + 1_000,
    target: target.display,
    clients: {
      planned: plan.clients,
      connected: gauges.everConnected,
      joined: gauges.everJoined,
      failed: plan.clients - arrived.joined,
      joinedAfterMs: joinedAfterUs === null ? null : Math.round(joinedAfterUs / 1e3),
    },
    metrics: metricsOf(run),
    outcomes,
    operations,
    timeoutCauses: journal.causes.byKind(),
    deliveries,
    faults,
    faultsLeftOut: leftOutOf(plan.faults, target.ground.leftOut),
    thresholds: thresholds.map((threshold) => nameFault(threshold, schedule)),
    generator,
    books: { balanced: booksProblems.length === 0, problems: booksProblems },
    verdict,
    exitCode,
    interrupted: journal.isCutShort,
    incidents: journal.incidents,
    limits: target.fit.limits,
    refusals: conductor.refusals(),
    server: serverOf(run),
    distributions: distributionsOf(run),
    ...(ended.drill ? { drill: ended.drill.watch.summary(ended.drill.left) } : {}),
    environment: {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpuModel: target.machine.cpuModel,
      cores: target.machine.cores,
      memoryBytes: target.machine.memoryBytes,
      descriptorsPerProcess: target.machine.descriptorsPerProcess,
      serverNodes: target.nodes,
      tcpSynRetrans: kernel?.tcpSynRetrans ?? null,
      listenDrops: kernel?.listenDrops ?? null,
      listenOverflows: kernel?.listenOverflows ?? null,
      tcpTimeouts: kernel?.tcpTimeouts ?? null,
      conntrack: conntrackOf(target, journal),
    },
    command: options.command,
  };
}

function faultSummary(
  span: FaultSpan,
  schedule: FaultSchedule,
  series: RunSeries,
  plan: RunPlan,
  recoveries: ReadonlyMap<FaultSpan, number | null>,
): FaultSummary {
  const { id, kind, name, whom, what, params, share } = span.fault;
  return {
    id,
    kind,
    name,
    whom,
    what,
    params,
    share,
    appliedAtMs: span.appliedAtMs,
    liftedAtMs: span.liftedAtMs,
    recoveredAfterMs: recoveries.get(span) ?? null,
    effects: effectsOf(span, schedule.spans, series, plan.rampMs),
    ...extentOf(span),
  };
}

/** Faults that were due and could not be injected: what they were to show was not shown. */
function notInjected(schedule: FaultSchedule, journal: RunJournal): string[] {
  if (journal.isCutShort) return [];
  return schedule.notInjected.map((span) => span.fault.name);
}

/** Who came, of all that were planned; a scenario that joins nothing is content with connections. */
function arrivedOf(plan: RunPlan, totals: RunTotals, gauges: Gauges): RunFacts['clients'] {
  const { join_planned: joins, dropped_arrivals: dropped } = totals.counters;
  const joined = joins === 0 ? gauges.everConnected : gauges.everJoined;
  return { planned: plan.clients, joined, dropped, what: joins === 0 ? 'connected' : 'joined' };
}

function serverOf(run: MeasuredRun): Summary['server'] {
  const { serverEvents } = run;
  const seen = run.windows.filter((line) => line.server);
  if (seen.length === 0) return null;
  return {
    rssBytes: Math.max(...seen.map((line) => line.server?.rssBytes ?? 0)),
    connections: Math.max(...seen.map((line) => line.server?.connections ?? 0)),
    mailboxMax: Math.max(...seen.map((line) => line.mailbox?.max ?? 0)),
    ...(serverEvents ? { telemetry: Object.fromEntries(serverEvents) } : {}),
  };
}

/** A fault that never recovered has no sample, so a limit on recovery holds only if every fault did recover. */
function mindUnrecovered(threshold: ThresholdResult, faults: readonly FaultSummary[]): ThresholdResult {
  if (threshold.metric !== 'recovery_duration' || threshold.status === 'fail') return threshold;
  const names = faults
    .filter((f) => f.appliedAtMs !== null && f.recoveredAfterMs === null)
    .map((f) => f.name);
  if (names.length === 0) return threshold;
  const reason = `${names.join(' and ')} had not been seen to recover when the run ended`;
  return { ...threshold, status: 'inconclusive', reason };
}

/** Where a threshold speaks of a fault by kind, the reader wants its name. */
function nameFault(threshold: ThresholdResult, schedule: FaultSchedule): ThresholdResult {
  const span = schedule.spans.find((candidate) => candidate.fault.kind === threshold.worstDuring);
  return span ? { ...threshold, worstDuring: span.fault.name } : threshold;
}
