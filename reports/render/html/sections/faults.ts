/** What did each fault do, and how long did it linger? One row an effect. */

import type { FaultEffect, FaultLeftOut, Summary } from '../../../../harness/record/run-record.ts';
import { type FaultSpan, spanNamed } from '../../fault-spans.ts';
import { hitText, onText, steadyText } from '../../fault-words.ts';
import { valueText } from '../../figures.ts';
import { bareName } from '../../metrics.ts';
import { visibleLine } from '../../visible-text.ts';
import { hatchSwatch } from '../chart/hatch.ts';
import { all, el, type Markup } from '../markup.ts';
import { card, type Cell, nothing, type Row, section, table } from '../table.ts';

/** The faults section. */
export function faultsSection(summary: Summary, spans: readonly FaultSpan[]): Markup {
  const missing = leftOut(summary.faultsLeftOut ?? []);
  if (spans.length === 0) {
    return section('faults', 'Faults', '', card(nothing('This run injected no faults.'), missing));
  }
  const columns = [
    { head: 'fault' },
    { head: 'on', number: true },
    { head: 'whom' },
    { head: 'metric' },
    { head: 'before', number: true },
    { head: 'during', number: true },
    { head: 'after', number: true },
    { head: 'steady again', number: true },
  ];
  const rows = spans.flatMap((span) => faultRows(span, summary, spans));
  return section(
    'faults',
    'Faults',
    'what each one did, and how long it lingered',
    card(table('Faults', columns, rows), missing),
  );
}

/** Optional faults that could not be had here. */
function leftOut(faults: readonly FaultLeftOut[]): Markup | null {
  if (faults.length === 0) return null;
  const told = faults.map(({ name, why }) => `${visibleLine(name, 60)} (${visibleLine(why, 200)})`);
  return el('p', { class: 'left-out' }, `Left out: ${told.join(' · ')}.`);
}

/** Column of the metric: rows after a fault's first begin there, under the cells that span them. */
const METRIC_COLUMN = 3;

function faultRows(span: FaultSpan, summary: Summary, spans: readonly FaultSpan[]): Row[] {
  const { fault } = span;
  const effects = fault.effects.length > 0 ? fault.effects : [null];
  return effects.map((effect, index): Row => {
    const figures = effect ? effectCells(effect, judgedBy(effect, span, summary, spans)) : ['–', '', '', ''];
    if (index > 0) return { startsAt: METRIC_COLUMN, cells: figures };
    return [...leadCells(span, effects.length), ...figures, { cell: steadyText(span), rows: effects.length }];
  });
}

function leadCells(span: FaultSpan, rows: number): Cell[] {
  const { fault } = span;
  const name = all(
    hatchSwatch(span),
    ` ${visibleLine(fault.name, 60)}`,
    fault.what !== '' && el('span', { class: 'why' }, visibleLine(fault.what, 120)),
  );
  const hit = hitText(fault);
  const whom = all(visibleLine(fault.whom, 120), hit !== '' && el('span', { class: 'why' }, `hit ${hit}`));
  return [
    { cell: name, rows },
    { cell: onText(span), rows },
    { cell: whom, rows },
  ];
}

function effectCells(effect: FaultEffect, bad: boolean): Cell[] {
  return [
    visibleLine(effect.metric, 60),
    valueText(effect.unit, effect.before),
    { cell: valueText(effect.unit, effect.during), className: bad ? 'bad' : '' },
    valueText(effect.unit, effect.after),
  ];
}

/** True when a failed threshold was at its worst in this fault, on this metric. */
function judgedBy(
  effect: FaultEffect,
  span: FaultSpan,
  summary: Summary,
  spans: readonly FaultSpan[],
): boolean {
  return summary.thresholds.some(
    (one) =>
      one.status === 'fail' &&
      spanNamed(spans, one.worstDuring) === span &&
      effect.metric.startsWith(bareName(one.metric)),
  );
}
