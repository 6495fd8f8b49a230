/** What a run says at its end: a person's summary of at most 25 lines. */

import type { RunRecord, Summary, ThresholdResult } from '../../harness/record/run-record.ts';
import { type FaultSpan, faultSpans } from './fault-spans.ts';
import { countText, msText } from './figures.ts';
import { trendOf } from './metrics.ts';
import { faultLines } from './summary-faults.ts';
import { ownLines } from './summary-own.ts';
import { refusalLines } from './summary-refusals.ts';
import { field, type Mark, outside, type Piece, piece, wrapPieces, writeLine } from './terminal.ts';
import { causeLines } from './timeout-causes.ts';
import {
  actualText,
  comparisonOf,
  duringText,
  limitText,
  marginText,
  statusSign,
} from './threshold-words.ts';
import { type Part, trustPhrases, VERDICT_WORDS, verdictNotes, verdictSentence } from './verdict-words.ts';

export { renderKeyValues } from './key-values.ts';

const MOST_LINES = 25;
/** A terminal of this width shows every line whole, but for a path or a command, which are never cut. */
const MOST_COLUMNS = 110;
const MOST_NOTES = 3;
/** Three refusals with their causes, and a line that counts the rest. */
const MOST_REFUSAL_LINES = 10;
/** Lines that a sentence of the head may take. */
const MOST_WRAPPED = 4;

type Line = Piece[];

/**
 * The summary for a terminal: verdict, thresholds, percentiles, faults, where
 * the report lies, and the command that repeats the run. At most 25 lines.
 */
export function renderSummary(record: RunRecord, options: { colour: boolean; reportPath: string }): string {
  const { summary } = record;
  const spans = faultSpans(summary);
  const head = [...headingLines(summary), ...verdictLines(summary), ...noteLines(record)];
  const percentiles = [...percentileLines(summary), ...causeLines(summary), ...ownLines(summary)];
  const tail: Line[] = [
    [piece('  report  ', 'soft'), piece(outside(options.reportPath, 1_000))],
    [piece('  repeat  ', 'soft'), piece(outside(summary.command, 1_000))],
  ];
  const wanted = summary.thresholds.length;
  const wantedRows = spans.length === 0 ? 0 : spans.length + 1;
  const whole = MOST_LINES - head.length - percentiles.length - tail.length;
  // Faults and thresholds come first, but without a fault there is room for one: it says what went wrong.
  const spare = Math.max(whole - 5 - wanted - wantedRows, spans.length === 0 && whole >= 12 ? 4 : 0);
  const refusals = refusalLines(summary, Math.min(MOST_REFUSAL_LINES, spare));
  const room = whole - (refusals.length === 0 ? 0 : refusals.length + 1);
  // An empty line parts the blocks, save the head and the thresholds where that line is needed.
  const isTight = room - 4 < wanted + wantedRows;
  const free = room - (isTight ? 3 : 4);
  // What the faults did is told before which thresholds held; those that did not hold come first.
  const least = Math.min(wanted, summary.thresholds.filter((one) => one.status !== 'pass').length + 2);
  const faultRows = Math.min(wantedRows, Math.max(3, free - least));
  const thresholds = thresholdLines(summary.thresholds, spans, Math.max(1, free - faultRows));
  const faults = faultLines(spans, Math.min(faultRows, free - thresholds.length), MOST_COLUMNS);
  // Below the verdict: what was refused explains it, whatever the figures say.
  const judged = isTight ? [[...head, ...refusals, ...thresholds]] : [head, refusals, thresholds];
  const blocks = [...judged, percentiles, faults].filter((block) => block.length > 0);
  const lines = blocks.flatMap((block) => [...block, []]);
  const written = lines.map((line) => writeLine(line, options.colour, MOST_COLUMNS));
  return [...written, ...tail.map((line) => writeLine(line, options.colour))].join('\n');
}

/** What a scenario says of its runs, below the summaries of all of them. */
export function renderFinding(finding: string, options: { colour: boolean }): string {
  const lines = findingLines(finding);
  return lines.map((line) => writeLine(line, options.colour, MOST_COLUMNS)).join('\n');
}

function findingLines(finding: string): Line[] {
  return wrapped([piece(' finding', 'bold'), piece('  '), piece(outside(finding, 300))], 10, 3);
}

/** Which variant it is, where a scenario has some; and what the scenario says of its runs, where it is known. */
function headingLines({ scenario, about, variant, finding }: Summary): Line[] {
  const lines: Line[] = [];
  if (variant != null) {
    const name = `${outside(scenario, 60)} ${outside(variant, 40)}`;
    lines.push(...wrapped([piece(` ${name}`, 'bold'), piece(`  ${outside(about, 200)}`, 'soft')], 3, 2));
  }
  if (finding != null) lines.push(...findingLines(finding));
  return lines;
}

/** A sentence of the head, on further lines where it is long. */
function wrapped(pieces: Line, indent: number, most = MOST_WRAPPED): Line[] {
  return wrapPieces(pieces, MOST_COLUMNS, indent).slice(0, most);
}

function verdictLines(summary: Summary): Line[] {
  const { status } = summary.verdict;
  const { sign, word } = VERDICT_WORDS[status];
  const mark: Mark = status === 'inconclusive' ? 'warn' : status === 'deviated' ? 'fail' : status;
  const sentence = verdictSentence(summary).map((part) => piece(partText(part), partMark(part)));
  return [
    ...wrapped([piece(` ${sign} ${word}`, mark), piece('  '), ...sentence], 3),
    ...wrapped([piece(`   ${trustPhrases(summary).join(' · ')}`, 'soft')], 3),
  ];
}

function partText(part: Part): string {
  // A part's own spaces hold the sentence together; what it carries may come from outside.
  const lead = part.text.startsWith(' ') ? ' ' : '';
  const trail = part.text.endsWith(' ') ? ' ' : '';
  return `${lead}${outside(part.text, part.tone === 'plain' ? 240 : 80)}${trail}`;
}

function partMark(part: Part): Mark {
  return part.tone === 'bad' ? 'fail' : part.tone === 'fault' ? 'bold' : 'plain';
}

function noteLines(record: RunRecord): Line[] {
  const notes = verdictNotes(record);
  const shown = notes.slice(0, MOST_NOTES);
  const lines = shown.flatMap((note): Line[] => {
    const hint = note.hint === undefined ? '' : ` Lift it: ${note.hint}`;
    return wrapped([piece(`   ! ${outside(`${note.text}${hint}`, 300)}`, 'warn')], 5, 2);
  });
  const more = notes.length - shown.length;
  if (more > 0) lines.push([piece(`   ! and ${countText(more)} more in the report`, 'warn')]);
  return lines;
}

const ORDER = { fail: 0, inconclusive: 1, pass: 2 } as const;

function thresholdLines(
  thresholds: readonly ThresholdResult[],
  spans: readonly FaultSpan[],
  room: number,
): Line[] {
  const sorted = thresholds.toSorted((a, b) => ORDER[a.status] - ORDER[b.status]);
  const shown = sorted.length <= room ? sorted : sorted.slice(0, Math.max(0, room - 1));
  const lines = shown.map((one): Line => {
    const mark: Mark = one.status === 'inconclusive' ? 'warn' : one.status;
    const during = duringText(one, spans);
    const name = outside(
      [one.metric, comparisonOf(one.expression).statistic, during].filter((text) => text !== '').join(' '),
      44,
    );
    return [
      piece(` ${statusSign(one.status)} `, mark),
      piece(field(name, 44)),
      piece(field(limitText(one), 12, 'right')),
      piece(field(actualText(one), 14, 'right'), one.status === 'fail' ? 'fail' : 'plain'),
      piece(field(marginText(one), 10, 'right'), 'soft'),
    ];
  });
  const rest = sorted.slice(shown.length);
  if (rest.length > 0) {
    const failing = rest.filter((one) => one.status !== 'pass').length;
    const words = failing === 0 ? 'hold' : `thresholds, ${countText(failing)} of them not held`;
    lines.push([piece(`   and ${countText(rest.length)} more ${words}`, 'soft')]);
  }
  return lines;
}

const LATENCIES = [
  ['connect', 'connect_duration'],
  ['join', 'join_duration'],
  ['push', 'push_duration'],
  ['broadcast', 'broadcast_latency'],
  ['reconnect', 'reconnect_duration'],
] as const;

function percentileLines(summary: Summary): Line[] {
  const heads = ['samples', 'p50', 'p90', 'p99', 'p99.9', 'max'];
  const row = (name: string, cells: readonly string[]): string =>
    `   ${field(name, 12)}${cells.map((cell) => field(cell, 11, 'right')).join('')}`;
  const measured = LATENCIES.flatMap(([name, metric]): Line[] => {
    const trend = trendOf(summary, metric);
    if (!trend) return [];
    const values = [trend.med, trend.p90, trend.p99, trend.p999, trend.max].map((value) => msText(value));
    return [[piece(row(name, [countText(trend.count), ...values]))]];
  });
  if (measured.length === 0) return [[piece('   no latency was measured', 'soft')]];
  return [[piece(row('', heads), 'soft')], ...measured];
}
