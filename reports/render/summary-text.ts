/** What a run says at its end: a person's summary of at most 25 lines. */

import type { FaultEffect, RunRecord, Summary, ThresholdResult } from '../../harness/record/run-record.ts';
import { type FaultSpan, faultSpans } from './fault-spans.ts';
import { countText, msText, valueText } from './figures.ts';
import { onText, steadyText } from './fault-words.ts';
import { trendOf } from './metrics.ts';
import { field, type Mark, outside, type Piece, piece, writeLine } from './terminal.ts';
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
const MOST_NOTES = 3;

type Line = Piece[];

/**
 * The summary for a terminal: verdict, thresholds, percentiles, faults, where
 * the report lies, and the command that repeats the run. At most 25 lines.
 */
export function renderSummary(record: RunRecord, options: { colour: boolean; reportPath: string }): string {
  const { summary } = record;
  const spans = faultSpans(summary);
  const head = [...verdictLines(summary), ...noteLines(record)];
  const percentiles = percentileLines(summary);
  const tail: Line[] = [
    [piece('  report  ', 'soft'), piece(outside(options.reportPath, 1_000))],
    [piece('  repeat  ', 'soft'), piece(outside(summary.command, 1_000))],
  ];
  // Three empty lines part the four blocks; a fourth one parts the faults.
  const free = MOST_LINES - head.length - percentiles.length - tail.length - 4;
  const wanted = summary.thresholds.length;
  const faultRows = spans.length === 0 ? 0 : Math.min(spans.length + 1, Math.max(3, free - wanted));
  const thresholds = thresholdLines(summary.thresholds, spans, Math.max(1, free - faultRows));
  const faults = faultLines(spans, Math.min(faultRows, free - thresholds.length));
  const blocks = [head, thresholds, percentiles, faults, tail].filter((block) => block.length > 0);
  const lines = blocks.flatMap((block, index) => (index === 0 ? block : [[], ...block]));
  return lines.map((line) => writeLine(line, options.colour)).join('\n');
}

function verdictLines(summary: Summary): Line[] {
  const { status } = summary.verdict;
  const { sign, word } = VERDICT_WORDS[status];
  const mark: Mark = status === 'inconclusive' ? 'warn' : status;
  const sentence = verdictSentence(summary).map((part) => piece(partText(part), partMark(part)));
  return [
    [piece(` ${sign} ${word}`, mark), piece('  '), ...sentence],
    [piece(`   ${trustPhrases(summary).join(' · ')}`, 'soft')],
  ];
}

function partText(part: Part): string {
  // A part's own spaces hold the sentence together; what it carries may come from outside.
  const lead = part.text.startsWith(' ') ? ' ' : '';
  const trail = part.text.endsWith(' ') ? ' ' : '';
  return `${lead}${outside(part.text, 240)}${trail}`;
}

function partMark(part: Part): Mark {
  return part.tone === 'bad' ? 'fail' : part.tone === 'fault' ? 'bold' : 'plain';
}

function noteLines(record: RunRecord): Line[] {
  const notes = verdictNotes(record);
  const lines = notes.slice(0, MOST_NOTES).map((note): Line => {
    const hint = note.hint === undefined ? '' : ` Lift it: ${note.hint}`;
    return [piece(`   ! ${outside(`${note.text}${hint}`, 300)}`, 'warn')];
  });
  const more = notes.length - lines.length;
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

function faultLines(spans: readonly FaultSpan[], room: number): Line[] {
  if (spans.length === 0 || room < 2) return [];
  const row = (cells: readonly string[]): string => {
    const [name = '', on = '', metric = '', ...values] = cells;
    const texts = values.map((value) => field(value, 13, 'right')).join('');
    return `   ${field(name, 23)}${field(on, 13)}${field(metric, 22)}${texts}`;
  };
  const fits = spans.length <= room - 1;
  const shown = fits ? spans : spans.slice(0, room - 2);
  const lines: Line[] = [
    [piece(row(['fault', 'on', 'metric', 'before', 'during', 'after', 'steady again']), 'soft')],
  ];
  for (const span of shown) {
    const effect = span.fault.effects[0];
    const name = outside(span.fault.name, 22);
    const metric = effect ? outside(effect.metric, 21) : '–';
    lines.push([piece(row([name, onText(span), metric, ...effectTexts(effect), steadyText(span)]))]);
  }
  if (!fits)
    lines.push([piece(`   and ${countText(spans.length - shown.length)} more in the report`, 'soft')]);
  return lines;
}

function effectTexts(effect: FaultEffect | undefined): string[] {
  if (!effect) return ['–', '–', '–'];
  return [effect.before, effect.during, effect.after].map((value) => valueText(effect.unit, value));
}
