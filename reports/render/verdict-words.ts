/**
 * The verdict as sentences, for the page and for the terminal alike. A sentence
 * is a list of parts, so that each medium can mark the number and the fault.
 */

import { formatClock } from '../../harness/base/units.ts';
import type { RunRecord, Summary, ThresholdResult } from '../../harness/record/run-record.ts';
import { type FaultSpan, faultSpans, spanNamed } from './fault-spans.ts';
import { countText, msText, numbered, shareText, valueText } from './figures.ts';
import { steadyPhrase } from './steady-state.ts';
import { actualText, comparisonOf, duringText, nearestHold, worstFailure } from './threshold-words.ts';

/** A piece of a sentence; `fault` is the colour of the fault it names. */
export type Part = { text: string; tone: 'plain' | 'metric' | 'bad' | 'fault'; fault?: number };

/** `✕ FAIL` and its like. */
export const VERDICT_WORDS = {
  pass: { sign: '✓', word: 'PASS' },
  fail: { sign: '✕', word: 'FAIL' },
  inconclusive: { sign: '?', word: 'INCONCLUSIVE' },
  deviated: { sign: '✕', word: 'DEVIATED' },
} as const;

const plain = (text: string): Part => ({ text, tone: 'plain' });

/** The one sentence: metric, value, limit, moment, and the fault that was on. */
export function verdictSentence(summary: Summary): Part[] {
  const failure = worstFailure(summary.thresholds);
  if (summary.verdict.status === 'fail' && failure) return failureSentence(failure, faultSpans(summary));
  if (summary.verdict.status !== 'pass') {
    return [plain(sentence(summary.verdict.reasons[0] ?? 'The record gives no reason.'))];
  }
  return passSentence(summary);
}

function failureSentence(failure: ThresholdResult, spans: readonly FaultSpan[]): Part[] {
  const during = duringText(failure, spans);
  const parts: Part[] = [
    { text: `${failure.metric} ${comparisonOf(failure.expression).statistic}`, tone: 'metric' },
    plain(`${during && ` ${during}`} was `),
    { text: actualText(failure), tone: 'bad' },
    plain(`, limit ${valueText(failure.unit, failure.limit)}.`),
  ];
  if (failure.worstAtMs === null) return parts;
  parts.push(plain(` Worst at ${formatClock(failure.worstAtMs)}`));
  const span = spanNamed(spans, failure.worstDuring);
  if (span) {
    parts.push(plain(', while '), { text: span.fault.name, tone: 'fault', fault: span.colour });
    parts.push(plain(aside(span.fault.whom, span.fault.what)));
  } else if (failure.worstDuring !== null) {
    parts.push(plain(', while '), plain(failure.worstDuring));
  } else {
    parts.push(plain(', with no fault on'));
  }
  parts.push(plain('.'));
  return parts;
}

function aside(whom: string, what: string): string {
  const words = [whom, what].filter((text) => text !== '');
  return words.length === 0 ? ' was on' : ` was on (${words.join(': ')})`;
}

function passSentence(summary: Summary): Part[] {
  const total = summary.thresholds.length;
  if (total === 0 && summary.drill) return [plain('The steady state held; no threshold was set beside it.')];
  if (total === 0)
    return [plain('No threshold was set, so none could fail; the figures below are what was measured.')];
  const warned = worstFailure(summary.thresholds);
  const nearest = warned ?? nearestHold(summary.thresholds);
  const parts: Part[] = summary.drill ? [plain('The steady state held. ')] : [];
  if (warned) parts.push(plain('Every threshold that can fail the run holds; a warning does not: '));
  else parts.push(plain(total === 1 ? 'The one threshold holds' : `All ${countText(total)} thresholds hold`));
  if (!nearest) return [...parts, plain('.')];
  if (!warned) parts.push(plain('; nearest its limit is '));
  const during = duringText(nearest, faultSpans(summary));
  parts.push(
    { text: `${nearest.metric} ${comparisonOf(nearest.expression).statistic}`, tone: 'metric' },
    plain(
      `${during && ` ${during}`} at ${actualText(nearest)}, limit ${valueText(nearest.unit, nearest.limit)}.`,
    ),
  );
  return parts;
}

/** How far to trust it, in pieces: the other thresholds, the books, the driver's own state. */
export function trustPhrases(summary: Summary): string[] {
  const { thresholds, books, generator } = summary;
  const holding = thresholds.filter((one) => one.status === 'pass').length;
  const untold = thresholds.filter((one) => one.status === 'inconclusive').length;
  const phrases: string[] = summary.drill ? [steadyPhrase(summary.drill)] : [];
  // A pass in which every threshold holds has said so in its sentence.
  const isSaid = summary.verdict.status === 'pass' && holding > 0 && holding === thresholds.length;
  if (thresholds.length === 0) phrases.push('no thresholds');
  else if (!isSaid && thresholds.length === 1)
    phrases.push(`the one threshold ${holding === 1 ? 'holds' : 'does not hold'}`);
  else if (!isSaid) phrases.push(`${countText(holding)} of ${numbered(thresholds.length, 'threshold')} hold`);
  if (untold > 0) phrases.push(`${countText(untold)} cannot tell`);
  phrases.push(books.balanced ? 'the books balance' : 'the books do not balance');
  phrases.push(driverPhrase(generator));
  return phrases;
}

/** From this share of what calibration found on, a run was near its ceiling. */
const NEAR_CEILING = 0.8;

function driverPhrase(generator: Summary['generator']): string {
  const { lateSeconds, saturated, ceiling } = generator;
  const lateness = `lateness p99 ${msText(generator.sendLatenessP99Ms)}, limit ${msText(generator.latenessLimitMs)}`;
  const late = lateSeconds > 0 ? `, late in ${numbered(lateSeconds, 'second')}` : '';
  if (saturated) return `the driver was the bottleneck (${lateness}${late})`;
  if (ceiling && ceiling.share >= NEAR_CEILING)
    return `the driver came near its ceiling (${lateness}${late})`;
  return lateSeconds > 0 ? `the driver kept up (${lateness}${late})` : `the driver was at ease (${lateness})`;
}

/** What only explains, where nothing was late: a full core, a busy garbage collector. */
function generatorNotes({ generator }: Summary): Note[] {
  const { ceiling, signs = [] } = generator;
  const notes: Note[] = signs
    .filter((sign) => sign.isOver && !sign.decides)
    .map((sign) => ({ kind: 'reason', text: sentence(capital(sign.words)) }));
  if (ceiling && ceiling.share >= NEAR_CEILING) {
    const done = `${countText(ceiling.reached)} ${ceiling.what} a second`;
    const text = `At ${formatClock(ceiling.atMs)} the run took ${shareText(ceiling.share)} of what the driver can do here: ${done}, where calibration found ${countText(ceiling.ceiling)}.`;
    notes.push({ kind: 'reason', text });
  }
  return notes;
}

/** A note that belongs beside the verdict: an interruption, a limit of the machine, an incident. */
export type Note = {
  kind: 'interrupted' | 'limit' | 'incident' | 'books' | 'reason' | 'left-out';
  text: string;
  hint?: string;
};

/** Everything a reader must know before believing the figures, worst first. */
export function verdictNotes(record: RunRecord): Note[] {
  const { summary } = record;
  const notes: Note[] = [];
  if (summary.interrupted) {
    const mark = record.marks.find((one) => one.mark === 'interrupted');
    const by = mark && mark.name !== '' ? ` (${mark.name})` : '';
    const at = formatClock(mark?.atMs ?? summary.durationMs);
    notes.push({
      kind: 'interrupted',
      text: `Interrupted at ${at}${by}: the figures are of the part that ran.`,
    });
  }
  for (const reason of otherReasons(summary)) notes.push({ kind: 'reason', text: sentence(reason) });
  notes.push(...generatorNotes(summary));
  for (const problem of summary.books.problems)
    notes.push({ kind: 'books', text: `Books: ${sentence(problem)}` });
  for (const { name, why } of summary.faultsLeftOut ?? []) {
    notes.push({ kind: 'left-out', text: `${capital(name)} were left out: ${sentence(why)}` });
  }
  for (const limit of summary.limits) {
    const text = `This machine limited the run by ${limit.limit}: asked ${countText(limit.asked)}, fits ${countText(limit.fits)}.`;
    notes.push(limit.hint === '' ? { kind: 'limit', text } : { kind: 'limit', text, hint: limit.hint });
  }
  for (const incident of summary.incidents) {
    notes.push({ kind: 'incident', text: `At ${formatClock(incident.atMs)}: ${sentence(incident.what)}` });
  }
  return notes;
}

/** Reasons the sentence has not already given. */
function otherReasons(summary: Summary): string[] {
  const { status, reasons } = summary.verdict;
  if (status === 'fail' && worstFailure(summary.thresholds)) {
    return reasons.filter((reason) => !summary.thresholds.some((one) => reason.includes(one.metric)));
  }
  // That all thresholds held is what the sentence of a pass says; its warnings are news.
  if (status === 'pass') return reasons.filter((reason) => reason.startsWith('warning:'));
  return reasons.slice(1);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** With a full stop at its end, whatever it came with. */
function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** A sentence as plain text. */
export function sentenceText(parts: readonly Part[]): string {
  return parts.map((part) => part.text).join('');
}
