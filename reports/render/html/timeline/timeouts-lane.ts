/**
 * Timeouts per second, stacked by what timed out. The fill says what it was
 * (push, join, heartbeat …), the colour which fault it belongs to; grey is none.
 */

import { type FaultSpan, spanBehind } from '../../fault-spans.ts';
import { countText, figureText, shortCount } from '../../figures.ts';
import { visibleLine } from '../../visible-text.ts';
import { leftAxis, percent, plot } from '../chart/plot.ts';
import { linearScale, type Scale } from '../chart/scale.ts';
import { linearTicks, roundTop } from '../chart/ticks.ts';
import { all, el, type Markup } from '../markup.ts';
import type { Column } from './columns.ts';
import { columnWidth, laneMarkup, laneMost, type LaneContext, type LaneResult, readingOf } from './lane.ts';

/** Pixels; more where more causes stand beside it than there is room for. */
const HEIGHT = { least: 64, name: 32, key: 15 };
/** Characters of a key that fit into one line. */
const KEY_LINE = 15;
/** Causes in their own fill; what is beyond them is drawn as the last. */
const FILLS = ['solid', 'striped', 'hollow'] as const;

/** The lane of timeouts; left out when nothing timed out. */
export function timeoutsLane(context: LaneContext): LaneResult {
  const { timeline } = context;
  const causes = causesOf(timeline.columns);
  if (causes.length === 0) return { leftOut: 'timeouts (none)' };
  const largest = laneMost(timeline, totalOf) ?? 0;
  const top = roundTop(largest, 2);
  const height = heightFor(causes);
  const y = linearScale(0, top, height, 0);
  const chart = plot(
    height,
    `Timeouts per second by cause, most ${figureText(largest)}`,
    leftAxis(y, linearTicks(top, 2), shortCount),
    all(...timeline.columns.map((column) => column && stack(context, column, causes, y))),
  );
  const keys = causes.map(({ cause, total }, index) =>
    el('span', { class: 'key' }, fillSwatch(index), ` ${visibleLine(cause, 24)} ${shortCount(total)}`),
  );
  return {
    name: 'timeouts',
    markup: laneMarkup('Timeouts', 'per second', keys, chart),
    readings: [
      readingOf(timeline, 'timeouts', (column) => {
        const some = causes.filter(({ cause }) => (column.timeouts[cause] ?? 0) > 0);
        if (some.length === 0) return '0 /s';
        return some
          .map(({ cause }) => `${visibleLine(cause, 24)} ${figureText(column.timeouts[cause])} /s`)
          .join(', ');
      }),
    ],
  };
}

function heightFor(causes: readonly { cause: string; total: number }[]): number {
  const lines = causes.map(({ cause, total }) => `${cause} ${shortCount(total)}`.length);
  const wanted = lines.reduce((sum, length) => sum + Math.ceil(length / KEY_LINE) * HEIGHT.key, HEIGHT.name);
  return Math.max(HEIGHT.least, wanted);
}

/** Causes with their totals over the run, most first. */
export function causesOf(columns: readonly (Column | null)[]): { cause: string; total: number }[] {
  const totals = new Map<string, number>();
  for (const column of columns) {
    if (!column) continue;
    const seconds = (column.toMs - column.fromMs) / 1_000;
    for (const [cause, rate] of Object.entries(column.timeouts)) {
      if (rate > 0) totals.set(cause, (totals.get(cause) ?? 0) + rate * seconds);
    }
  }
  return [...totals]
    .map(([cause, total]) => ({ cause, total }))
    .toSorted((a, b) => b.total - a.total || (a.cause < b.cause ? -1 : 1));
}

function totalOf(column: Column): number {
  return Object.values(column.timeouts).reduce((sum, rate) => sum + rate, 0);
}

function stack(context: LaneContext, column: Column, causes: readonly { cause: string }[], y: Scale): Markup {
  const width = columnWidth(context.timeline);
  const x = percent(context.x.at(column.fromMs) + width * 0.1);
  const colour = colourOf(spanBehind(context.spans, column.fromMs));
  let below = 0;
  return all(
    ...causes.map(({ cause }, index) => {
      const rate = column.timeouts[cause] ?? 0;
      if (!(rate > 0)) return null;
      const bottom = y.at(below);
      below += rate;
      const height = Math.max(1, bottom - y.at(below));
      const fill = fillOf(index);
      return el('rect', {
        class: `bar ${fill} ${colour}`,
        x,
        width: percent(width * 0.8),
        y: bottom - height,
        height,
        fill: fill === 'striped' ? `url(#stripe-${colour})` : undefined,
      });
    }),
  );
}

function colourOf(span: FaultSpan | null): string {
  return span ? `fault-${span.colour}` : 'no-fault';
}

function fillOf(index: number): string {
  return FILLS[Math.min(index, FILLS.length - 1)] ?? 'hollow';
}

function fillSwatch(index: number): Markup {
  const fill = fillOf(index);
  const attributes = { class: `bar ${fill} no-fault`, x: 0.5, y: 0.5, width: 9, height: 9 };
  const striped = fill === 'striped' ? { fill: 'url(#stripe-no-fault)' } : {};
  return el(
    'svg',
    { class: 'swatch', width: 10, height: 10, 'aria-hidden': 'true' },
    el('rect', { ...attributes, ...striped }),
  );
}

/** What timed out in a column, as one text. */
export function timeoutsText(column: Column): string {
  const total = totalOf(column);
  return total === 0 ? '0' : Number.isInteger(total) ? countText(total) : figureText(total);
}
