/** The end of a run: effects of its faults, thresholds, books, verdict, summary. */
import type {
  ThresholdResult,
  RunRecord,
  Summary,
  FaultSummary,
  GeneratorSummary,
} from '../record/run-record.ts';
import { SUMMARY_SCHEMA } from '../record/run-record.ts';
import { balanceBooks } from '../judge/books.ts';
import { evaluateThresholds } from '../judge/evaluate.ts';
import { judgeRun } from '../judge/verdict.ts';
import type { Conductor } from '../drive/conductor.ts';
import type { FaultSchedule, FaultSpan } from '../faults/schedule.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { RunPlan } from '../scenario/plan.ts';
import { countedBetween, type KernelCounters } from '../target/kernel-counters.ts';
import { effectsOf, recoveryMs, type RunSeries } from './fault-effects.ts';
import { toMeasurements, type MeasuredRun } from './measurements.ts';
import type { OpenTarget } from './open-target.ts';
import { RunParts } from './parts.ts';
import { LATENESS_LIMIT_MS, type RunJournal } from './run-journal.ts';
import type { RunOptions } from './run.ts';
import { deliveriesOf, distributionsOf, metricsOf, operationsOf, samplePairs } from './summarise.ts';

export type Ended = {
  options: RunOptions;
  loaded: LoadedScenario;
  plan: RunPlan;
  target: OpenTarget;
  conductor: Conductor;
  schedule: FaultSchedule;
  journal: RunJournal;
  kernelBefore: KernelCounters | null;
  kernelAfter: KernelCounters | null;
};

/** The run as it is written down and shown. */
export function conclude(ended: Ended): RunRecord {
  const { plan, conductor, schedule, journal } = ended;
  journal.closeBroadcasts();
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
    recoveriesMs: [...recoveries.values()].filter((ms) => ms !== null),
    startUs: journal.startUs,
    // The plan's end, not the drain's: what trickles in after it is no steady state.
    parts: new RunParts(schedule.spans, recoveries, plan.rampMs, Math.min(endMs, plan.totalMs)),
  };
  const faults = schedule.spans.map((span) => faultSummary(span, schedule, series, plan, recoveries));
  const summary = summarise(ended, run, faults);
  return { summary, windows, broadcasts, marks: journal.marks };
}

function summarise(ended: Ended, run: MeasuredRun, faults: FaultSummary[]): Summary {
  const { options, loaded, plan, target, conductor, schedule, journal } = ended;
  const gauges = conductor.gauges();
  const operations = operationsOf(run, gauges);
  const deliveries = deliveriesOf(run);
  const booksProblems = balanceBooks({ operations, samples: samplePairs(run), deliveries });
  const generator = generatorOf(run, journal, target.fit.workers);
  const thresholds = evaluateThresholds(loaded.scenario.thresholds ?? {}, toMeasurements(run)).map(
    (threshold) => mindUnrecovered(threshold, faults),
  );
  const { verdict, exitCode } = judgeRun({
    thresholds,
    books: booksProblems,
    generator,
    clients: { planned: plan.clients, joined: gauges.everJoined },
    rate: rateOf(plan, run, journal),
    lostWorkers: journal.lostWorkers,
    deadNodes: [...journal.deadNodes],
    serverGone: journal.serverGone,
    faultsNotLifted: schedule.notLifted.map((span) => span.fault.name),
    faultsNotInjected: notInjected(schedule, journal),
    scenarioThrew: journal.scenarioThrew?.message ?? null,
    interrupted: journal.isInterrupted,
    aborted: null,
  });
  const kernel = countedBetween(ended.kernelBefore, ended.kernelAfter);
  const { planned: _planned, sent: _sent, ...outcomes } = operations.push;
  const joinedAfterUs = conductor.joinedAfterUs();
  return {
    schema: SUMMARY_SCHEMA,
    firedrill: options.version,
    scenario: loaded.name,
    about: loaded.scenario.about,
    seed: plan.seed,
    startedAt: new Date(journal.startedWallMs).toISOString(),
    durationMs: (run.windows.at(-1)?.atMs ?? 0) + 1_000,
    target: target.display,
    clients: {
      planned: plan.clients,
      connected: gauges.everConnected,
      joined: gauges.everJoined,
      failed: plan.clients - gauges.everJoined,
      joinedAfterMs: joinedAfterUs === null ? null : Math.round(joinedAfterUs / 1e3),
    },
    metrics: metricsOf(run),
    outcomes,
    operations,
    deliveries,
    faults,
    thresholds: thresholds.map((threshold) => nameFault(threshold, schedule)),
    generator,
    books: { balanced: booksProblems.length === 0, problems: booksProblems },
    verdict,
    exitCode,
    interrupted: journal.isCutShort,
    incidents: journal.incidents,
    limits: target.fit.limits,
    server: serverOf(run),
    distributions: distributionsOf(run),
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
  };
}

/** Faults that were due and could not be injected: what they were to show was not shown. */
function notInjected(schedule: FaultSchedule, journal: RunJournal): string[] {
  if (journal.isCutShort) return [];
  return schedule.spans.filter((span) => span.appliedAtMs === null).map((span) => span.fault.name);
}

function generatorOf(run: MeasuredRun, journal: RunJournal, workers: number): GeneratorSummary {
  const lateness = run.totals.trend('send_lateness');
  const lag = run.totals.trend('loop_lag');
  const late = run.windows.filter((line) => line.driver.latenessP99Ms > LATENESS_LIMIT_MS);
  const cpu = run.windows.reduce((sum, line) => sum + line.driver.cpu, 0);
  const sendLatenessP99Ms = lateness.percentile(99) / 1e3;
  return {
    sendLatenessP99Ms,
    loopLagP99Ms: lag.percentile(99) / 1e3,
    cpu: run.windows.length === 0 ? 0 : cpu / run.windows.length,
    saturated: sendLatenessP99Ms > LATENESS_LIMIT_MS,
    latenessLimitMs: LATENESS_LIMIT_MS,
    lateSeconds: late.length,
    workers,
    rssBytes: journal.mostWorkerRssBytes,
  };
}

/** Whether the pushes of `load.rate` fell due at all; pushes beside it only add. */
function rateOf(
  plan: RunPlan,
  run: MeasuredRun,
  journal: RunJournal,
): { planned: number; reached: number } | null {
  if (plan.rate === null || journal.isCutShort) return null;
  const hold = run.windows.filter(({ atMs }) => atMs >= plan.rampMs && atMs + 1_000 <= plan.totalMs);
  if (hold.length === 0) return null;
  return { planned: plan.rate, reached: hold.reduce((sum, line) => sum + line.offered, 0) / hold.length };
}

function serverOf(run: MeasuredRun): Summary['server'] {
  const seen = run.windows.filter((line) => line.server);
  if (seen.length === 0) return null;
  return {
    rssBytes: Math.max(...seen.map((line) => line.server?.rssBytes ?? 0)),
    connections: Math.max(...seen.map((line) => line.server?.connections ?? 0)),
    mailboxMax: Math.max(...seen.map((line) => line.mailbox?.max ?? 0)),
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
