/**
 * What runs behind all lanes: the time grid and every fault's hatched window,
 * with its name and a bar once at the top. Names are placed three times, for a
 * phone, for paper and for a wide screen, because a chart of fluid width cannot be measured
 * here; the style sheet shows the one that fits.
 */

import { formatClock } from '../../../../harness/base/units.ts';
import { appliedSpans, type AppliedSpan, type FaultSpan } from '../../fault-spans.ts';
import { stretchesOf } from '../../fault-words.ts';
import { visibleLine } from '../../visible-text.ts';
import { hatchId } from '../chart/hatch.ts';
import { percent, PLANE } from '../chart/plot.ts';
import type { Scale } from '../chart/scale.ts';
import { timeTicks } from '../chart/ticks.ts';
import { all, el, type Markup } from '../markup.ts';
import type { Timeline } from './columns.ts';

/** A fault name with its place: a row, an x on the plane, and the side it is written from. */
export type PlacedName = { span: AppliedSpan; text: string; row: number; x: number; anchor: 'start' | 'end' };

const ROW_HEIGHT = 18;
const BAR_ROOM = 8;
/** A fault that was on for an instant is still seen: two units of the plane. */
const LEAST_WIDTH = 2;

/** Puts names into as few rows as keep them apart, on a chart that is `widthPx` wide. */
export function placeNames(
  spans: readonly AppliedSpan[],
  x: Scale,
  widthPx: number,
  letterPx = 7.6,
): PlacedName[] {
  const rowEnds: number[] = [];
  return spans.map((span) => {
    const text = visibleLine(span.fault.name, 40);
    const width = ((text.length * letterPx + 10) / widthPx) * PLANE;
    const start = x.at(span.fromMs);
    const anchor = start + width > PLANE ? 'end' : 'start';
    const at = anchor === 'start' ? start : Math.min(PLANE, Math.max(x.at(span.toMs), width));
    const left = anchor === 'start' ? at : at - width;
    let row = rowEnds.findIndex((end) => end <= left);
    if (row < 0) row = rowEnds.length;
    rowEnds[row] = Math.max(rowEnds[row] ?? 0, left + width);
    return { span, text, row, x: at, anchor };
  });
}

function nameStrip(spans: readonly AppliedSpan[], x: Scale, widthPx: number, className: string): Markup {
  const names = placeNames(spans, x, widthPx);
  const rows = Math.max(1, ...names.map((one) => one.row + 1));
  const height = rows * ROW_HEIGHT + BAR_ROOM;
  const texts = names.map((one) =>
    el(
      'text',
      {
        class: `fault-name fault-${one.span.colour}`,
        x: percent(one.x),
        // The first row stands next to the bars, further ones above it.
        y: height - BAR_ROOM - 4 - one.row * ROW_HEIGHT,
        'text-anchor': one.anchor,
      },
      one.text,
    ),
  );
  const bars = spans.map((span) => {
    const left = x.at(span.fromMs);
    const width = Math.max(LEAST_WIDTH, x.at(span.toMs) - left);
    return el('rect', {
      class: `fault-bar fault-${span.colour}`,
      x: percent(left),
      y: height - 6,
      width: percent(width),
      height: 3,
    });
  });
  return el(
    'svg',
    { class: `names ${className}`, width: '100%', height, 'aria-hidden': 'true' },
    ...texts,
    ...bars,
  );
}

/** Widths the lanes have at least on a phone, on paper and on a screen; the style sheet has the same three. */
const STRIPS = [
  ['narrow', 320],
  ['middle', 450],
  ['wide', 740],
] as const;

/** The strip of fault names above the lanes; null without faults. */
export function faultNames(spans: readonly FaultSpan[], x: Scale): Markup | null {
  const applied = appliedSpans(spans);
  if (applied.length === 0) return null;
  const strips = STRIPS.map(([className, widthPx]) => nameStrip(applied, x, widthPx, className));
  return el('div', { class: 'lane-plot strip' }, ...strips);
}

/** The grid and the hatched windows, as high as all lanes together. */
export function faultBands(
  spans: readonly FaultSpan[],
  timeline: Timeline,
  x: Scale,
  moments: readonly Markup[] = [],
): Markup {
  const grid = timeTicks(timeline.toMs - Math.max(0, timeline.fromMs)).map((tick) =>
    el('line', { class: 'grid', x1: percent(x.at(tick)), x2: percent(x.at(tick)), y1: 0, y2: '100%' }),
  );
  const bands = appliedSpans(spans).map((span) => {
    const left = x.at(span.fromMs);
    const width = Math.max(LEAST_WIDTH, x.at(span.toMs) - left);
    const attributes = {
      x: percent(left),
      y: 0,
      width: percent(width),
      height: '100%',
      fill: `url(#${hatchId(span)})`,
    };
    return el('rect', attributes);
  });
  return el(
    'svg',
    { class: 'bands', width: '100%', height: '100%', 'aria-hidden': 'true' },
    ...grid,
    ...bands,
    ...appliedSpans(spans).flatMap((span) => stepLines(span, x)),
    ...moments,
  );
}

/** Where a fault that rose took its further steps. */
function stepLines(span: AppliedSpan, x: Scale): Markup[] {
  return stretchesOf(span)
    .slice(1)
    .map(({ fromMs }) => {
      const at = percent(x.at(fromMs));
      return el('line', { class: `fault-step fault-${span.colour}`, x1: at, x2: at, y1: 0, y2: '100%' });
    });
}

/** The time axis under the lanes. */
export function timeAxis(timeline: Timeline, x: Scale): Markup {
  const ticks = timeTicks(timeline.toMs - Math.max(0, timeline.fromMs));
  return el(
    'div',
    { class: 'lane-plot axis' },
    el(
      'svg',
      {
        class: 'plot',
        width: '100%',
        height: 24,
        role: 'img',
        'aria-label': 'Time since the first arrival, in minutes and seconds',
      },
      all(
        ...ticks.map((tick, index) => {
          const place = x.at(tick);
          const anchor = place > PLANE * 0.97 ? 'end' : place < PLANE * 0.02 ? 'start' : 'middle';
          const className = index % 2 === 0 ? 'tick' : 'tick odd';
          return el(
            'text',
            { class: className, x: percent(place), y: 16, 'text-anchor': anchor },
            formatClock(tick),
          );
        }),
      ),
    ),
  );
}
