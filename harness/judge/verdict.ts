/**
 * What a run proves. Green only when everything that could have spoken against
 * it was heard; a failure is only called one when the figures can be trusted.
 */
import { EXIT, worstExit } from '../base/errors.ts';
import type { ExitCode } from '../base/errors.ts';
import { formatBytes, formatCount, formatFigure, formatMs, formatShare } from '../base/units.ts';
import type { FaultUndo, GeneratorSummary, ThresholdResult, Verdict } from '../record/run-record.ts';
import { decisiveSigns } from './saturation.ts';

/** What is known at the end of a run. */
export type RunFacts = {
  thresholds: readonly ThresholdResult[];
  /** Sentences of `balanceBooks`. */
  books: readonly string[];
  generator: GeneratorSummary;
  clients: {
    planned: number;
    joined: number;
    /** Arrivals beyond the most that may be there at once. */
    dropped?: number;
    /** A scenario may join nothing. */
    what?: 'joined' | 'connected';
  };
  /** Pushes per second of `load.rate`, over the hold; null when the scenario has none. */
  rate: { planned: number; reached: number } | null;
  /** Pushes that were sent, and those of them that had an answer, ok or error. */
  pushes: { sent: number; answered: number };
  /** Worker processes that ended before the run did. */
  lostWorkers: number;
  /** Names of server nodes that ended before the run did. */
  deadNodes: readonly string[];
  /** How the whole bundled server ended before the run did; null when it did not. */
  serverGone: string | null;
  /** Faults whose lift failed, each with how it is undone. */
  faultsNotLifted: readonly { name: string; undo?: FaultUndo }[];
  /** Names of faults that were due and could not be injected. */
  faultsNotInjected: readonly string[];
  /** Names of faults that the server no longer had before their time was over. */
  faultsCutShort: readonly string[];
  /** Names of faults whose share did not rise as planned. */
  faultsNotRisen?: readonly string[];
  /** The message, when the scenario's client threw. */
  scenarioThrew: string | null;
  /** A signal ended the run. */
  interrupted: boolean;
  /** Why an abort condition ended the run. */
  aborted: string | null;
  /** Who ended it from elsewhere: `halted from another terminal`. */
  halted?: string | null;
  /** Of a drill: what deviated, the first moment first, and what could not be told. */
  steadyState?: { deviated: readonly string[]; untold: readonly string[] } | null;
};

/** A rate is reached within this share: the edges of the run fall between two sends. */
const RATE_TOLERANCE = 0.02;

/** The verdict with its reasons, most important first, and the exit code the command ends with. */
export function judgeRun(facts: RunFacts): { verdict: Verdict; exitCode: ExitCode } {
  const judged = facts.thresholds.filter((threshold) => threshold.level === 'error');
  const failed = judged.filter((threshold) => threshold.status === 'fail').toSorted(byExcess);
  const alarms = facts.faultsNotLifted.map(describeAlarm);
  const stop = facts.aborted ?? facts.halted ?? null;
  const stops = stop === null ? [] : [`the run was stopped: ${stop}`];
  const deviated = facts.steadyState?.deviated ?? [];
  const distrust = distrustOf(facts);
  const gaps = gapsOf(facts, judged);
  const misses = failed.map((threshold) => describeMiss(threshold));
  const warnings = facts.thresholds
    .filter((threshold) => threshold.level === 'warn' && threshold.status === 'fail')
    .map((threshold) => `warning: ${describeMiss(threshold)}`);

  const codes: ExitCode[] = [];
  if (alarms.length > 0) codes.push(EXIT.notLifted);
  if (facts.interrupted) codes.push(EXIT.signal);
  if (facts.scenarioThrew !== null) codes.push(EXIT.scenarioThrew);
  if (stop !== null) codes.push(EXIT.aborted);
  const isDoubtful = distrust.length > 0 || gaps.some((gap) => gap.code === EXIT.inconclusive);
  // Whoever halts a run asks for no judgement of it.
  if (isDoubtful && (facts.halted ?? null) === null) codes.push(EXIT.inconclusive);
  if (deviated.length > 0) codes.push(EXIT.deviated);
  if (failed.length > 0) codes.push(EXIT.thresholds);

  const doubts = gaps.map((gap) => gap.reason);
  const hasMissed = failed.length > 0 || facts.aborted !== null;
  const isFailed = alarms.length > 0 || (hasMissed && distrust.length === 0);
  const isOpen = distrust.length + doubts.length + stops.length > 0;
  const isStopped = alarms.length > 0 || facts.aborted !== null;
  const isDeviated = deviated.length > 0 && distrust.length === 0 && !isStopped;
  const status = isDeviated ? 'deviated' : isFailed ? 'fail' : isOpen ? 'inconclusive' : 'pass';
  const wrong = [...deviated, ...misses];
  const evidence = distrust.length === 0 ? [...wrong, ...doubts] : [...distrust, ...doubts, ...wrong];
  const found = [...alarms, ...stops, ...evidence];
  const reasons = found.length > 0 ? found : [describePass(judged.length, facts)];
  return { verdict: { status, reasons: [...reasons, ...warnings] }, exitCode: worstExit(codes) };
}

/** Signs of the machine rather than of our own processes. */
const MACHINES: ReadonlySet<string> = new Set(['syn_retransmits', 'listen_drops', 'conntrack']);

/** Reasons why no figure of the run can be trusted, not even one that failed. */
function distrustOf(facts: RunFacts): string[] {
  const reasons = facts.books.map((problem) => `the books do not balance: ${problem}`);
  const saturated = decisiveSigns(facts.generator.signs ?? []).map(({ name, words }) => {
    const whose = MACHINES.has(name) ? 'this machine' : 'the load generator';
    return `${whose} was saturated: ${words}`;
  });
  // Repeated SYNs and full listen queues are one event, told once.
  reasons.push(...new Set(saturated));
  return reasons;
}

/** What keeps a run from being green although its figures are right, and the exit code it earns. */
function gapsOf(facts: RunFacts, judged: readonly ThresholdResult[]): { reason: string; code: ExitCode }[] {
  const gaps: { reason: string; code: ExitCode }[] = [];
  const add = (reason: string, code: ExitCode = EXIT.inconclusive): void => void gaps.push({ reason, code });
  if (facts.lostWorkers > 0) {
    add(
      `${formatCount(facts.lostWorkers)} load worker${facts.lostWorkers === 1 ? ' was' : 's were'} lost during the run`,
    );
  }
  if (facts.serverGone !== null) add(`the server ended during the run: ${facts.serverGone}`);
  for (const node of facts.deadNodes) add(`server node ${node} died during the run`);
  for (const name of facts.faultsNotInjected) add(`${name} could not be injected`);
  for (const name of facts.faultsCutShort) add(`${name} ended before their time`);
  for (const name of facts.faultsNotRisen ?? []) add(`${name} did not rise as planned`);
  if (facts.scenarioThrew !== null) add(`the scenario threw: ${facts.scenarioThrew}`, EXIT.scenarioThrew);
  if (facts.interrupted) add('a signal ended the run before its time', EXIT.signal);
  // Stopped before its time, it lacks what the rest of it would have brought.
  const lacking = lackingCode(facts);
  const { planned, joined, dropped = 0, what = 'joined' } = facts.clients;
  if (dropped > 0) {
    add(
      `${formatCount(dropped)} of ${formatCount(planned)} arrivals were dropped: too many were there already`,
    );
  }
  // A scenario that promises how many come is held to that.
  const isPromised = judged.some(({ metric }) => metric === 'clients_joined');
  if (joined < planned - dropped && !isPromised) {
    add(`${formatCount(joined)} of ${formatCount(planned)} clients ${what}`, lacking);
  }
  const { sent, answered } = facts.pushes;
  if (sent > 0 && answered === 0) {
    add(
      sent === 1 ? 'the one push was not answered' : `none of ${formatCount(sent)} pushes was answered`,
      lacking,
    );
  }
  if (facts.rate && facts.rate.reached < facts.rate.planned * (1 - RATE_TOLERANCE)) {
    const { reached } = facts.rate;
    add(
      `${formatFigure(reached)} pushes per second were reached, ${formatFigure(facts.rate.planned)} were planned`,
    );
  }
  for (const untold of facts.steadyState?.untold ?? []) add(untold, lacking);
  for (const threshold of judged) {
    if (threshold.status === 'inconclusive')
      add(threshold.reason ?? `${threshold.metric} could not be judged`, lacking);
  }
  return gaps;
}

/** What a gap costs that a stop or a deviation explains: no more than they do. */
function lackingCode({ aborted, steadyState }: RunFacts): ExitCode {
  if (aborted !== null) return EXIT.aborted;
  return (steadyState?.deviated.length ?? 0) > 0 ? EXIT.deviated : EXIT.inconclusive;
}

/** The threshold missed by the largest factor first. */
function byExcess(a: ThresholdResult, b: ThresholdResult): number {
  return excessOf(b) - excessOf(a);
}

function excessOf({ actual, limit }: ThresholdResult): number {
  if (actual === null || actual === limit) return 0;
  if (actual === 0 || limit === 0) return Number.MAX_VALUE;
  const factor = Math.abs(actual / limit);
  return Math.max(factor, 1 / factor);
}

/** The loudest there is: what is still on, what ends it without anybody, and what a person types. */
function describeAlarm({ name, undo }: RunFacts['faultsNotLifted'][number]): string {
  const alarm = `${name} could not be lifted and may still be on`;
  if (!undo) return alarm;
  const ends = undo.endsBy ?? 'nothing ends it by itself';
  return `${alarm}: ${undo.stillActive}; ${ends}; by hand: ${undo.byHand}`;
}

/** A missed threshold with its figures: `push_duration p(99) was 812 ms, limit 250 ms`; `over` says of which time. */
export function describeMiss(threshold: ThresholdResult, over = ''): string {
  const [, stat = threshold.expression, operator = '<'] =
    /^\s*([^<>=!]*?)\s*([<>=!]+)/.exec(threshold.expression) ?? [];
  const part = threshold.during === 'all' ? '' : ` during ${threshold.during}`;
  const limit = inUnit(threshold.limit, threshold.unit);
  const wanted =
    {
      '<': `limit ${limit}`,
      '<=': `limit ${limit}`,
      '>': `wanted more than ${limit}`,
      '>=': `wanted at least ${limit}`,
      '!=': `wanted anything else`,
    }[operator] ?? `wanted ${limit}`;
  const actual = threshold.actual === null ? 'not measured' : inUnit(threshold.actual, threshold.unit);
  return `${threshold.metric} ${stat.replaceAll(' ', '')}${part} was ${actual}${over}, ${wanted}`;
}

function inUnit(value: number, unit: ThresholdResult['unit']): string {
  switch (unit) {
    case 'ms':
      return formatMs(value);
    case 'share':
      return formatShare(value);
    case 'bytes':
      return formatBytes(value);
    case 'perSecond':
      return `${formatFigure(value)} per second`;
    case 'count':
      return formatFigure(value);
  }
}

function describePass(thresholds: number, { clients, steadyState }: RunFacts): string {
  const { what = 'joined' } = clients;
  const steady = steadyState ? 'the steady state held; ' : '';
  if (thresholds === 0) return `${steady}all clients ${what} and the books balance; no thresholds were set`;
  return `${steady}${thresholds === 1 ? 'the threshold held' : `all ${thresholds} thresholds held`}`;
}
