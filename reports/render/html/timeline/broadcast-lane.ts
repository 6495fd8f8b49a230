/** Broadcasts: a bar from the first receiver to the last, a cap where some never got it, a tip where it is cut. */

import { countText, figureText, msText } from '../../figures.ts';
import { boxPath, tipPath } from '../chart/path.ts';
import { leftAxis, percent, plane, PLANE, plot } from '../chart/plot.ts';
import { linearScale, type Scale } from '../chart/scale.ts';
import { linearTicks } from '../chart/ticks.ts';
import { el, type Markup } from '../markup.ts';
import { barTop } from './bar-cut.ts';
import type { Column, ColumnBroadcasts } from './columns.ts';
import { columnWidth, laneMarkup, laneMost, type LaneContext, type LaneResult, readingOf } from './lane.ts';

const HEIGHT = 72;
/** Height of the tip on a bar that is cut, above the lane. */
const TIP = 6;
/** Part of the chart's width that the words beside the longest bar may cover. */
const WORDS_SHARE = 0.12;

type Bar = { x: number; width: number; firstMs: number; lastMs: number | null; missing: number };

/** The lane of broadcasts; left out when none was witnessed. */
export function broadcastLane(context: LaneContext): LaneResult {
  const { timeline, record } = context;
  if (record.broadcasts.length === 0) return { leftOut: 'broadcasts (none was witnessed)' };
  const slowest = laneMost(timeline, (column) => column.broadcasts?.lastMs);
  const bars = barsOf(context);
  const lengths = bars.flatMap((bar) => (bar.lastMs === null ? [] : [bar.lastMs]));
  const { top, isCut } = barTop(lengths);
  const unitMs = Math.min(top, slowest ?? 0) >= 900 ? 1_000 : 1;
  const y = linearScale(0, top, HEIGHT, 0);
  const caps = capPath(bars, y);
  const cutWords = isCut ? `; bars over ${msText(top)} are cut` : '';
  const chart = plot(
    HEIGHT,
    `Broadcasts from first to last receiver, slowest ${msText(slowest)}${cutWords}`,
    leftAxis(y, linearTicks(top, 3), (tick) => figureText(tick / unitMs)),
    plane(
      HEIGHT,
      el('path', { class: 'bars clients', d: barPath(bars, y) }),
      caps !== '' && el('path', { class: 'caps', d: caps }),
      isCut && el('path', { class: 'cut clients', d: tipPaths(bars, top) }),
    ),
    isCut && longestWords(bars, top),
  );
  const keys = caps === '' ? [] : [el('span', { class: 'key bad' }, '▀ some missing')];
  const unit = unitMs === 1 ? 'ms' : 's';
  return {
    name: 'broadcasts',
    markup: laneMarkup('Broadcast', `first → last, ${unit}${cutWords}`, keys, chart),
    readings: [
      readingOf(timeline, 'broadcast first → last', ({ broadcasts }) =>
        broadcasts ? readingText(broadcasts) : '',
      ),
    ],
  };
}

function readingText({ firstMs, lastMs, missing }: ColumnBroadcasts): string {
  if (lastMs === null) return 'nobody received it';
  const lost = missing > 0 ? `, ${countText(missing)} missing` : '';
  return `${msText(firstMs)} → ${msText(lastMs)}${lost}`;
}

function barsOf({ timeline, x }: LaneContext): Bar[] {
  const busy = timeline.columns.filter((column): column is Column => Boolean(column?.broadcasts));
  const columns = timeline.columns.length;
  // Sparse broadcasts get wider bars: thin ones would vanish on paper.
  const share = columns >= 60 && busy.length * 2 <= columns ? 1.5 : 0.75;
  const width = columnWidth(timeline) * share;
  return busy.flatMap(({ fromMs, toMs, broadcasts }) => {
    if (!broadcasts) return [];
    const left = Math.min(PLANE - width, Math.max(0, x.at((fromMs + toMs) / 2) - width / 2));
    const { firstMs, lastMs, missing } = broadcasts;
    return [{ x: left, width, firstMs: firstMs ?? 0, lastMs, missing }];
  });
}

function barPath(bars: readonly Bar[], y: Scale): string {
  return bars
    .map(({ x, width, firstMs, lastMs }) => {
      if (lastMs === null) return '';
      const top = y.at(lastMs);
      return boxPath(x, top, width, Math.max(y.at(firstMs), top + 1.5) - top);
    })
    .join('');
}

function capPath(bars: readonly Bar[], y: Scale): string {
  return bars
    .filter((bar) => bar.missing > 0)
    .map(({ x, width, lastMs }) => boxPath(x, Math.max(0, y.at(lastMs ?? 0) - 4), width, 3))
    .join('');
}

/** A tip on every bar that goes on beyond the lane. */
function tipPaths(bars: readonly Bar[], cutMs: number): string {
  return bars
    .filter((bar) => (bar.lastMs ?? 0) > cutMs)
    .map((bar) => tipPath(bar.x, -1, bar.width, TIP))
    .join('');
}

/** The true length of the longest bar, on the side where fewer bars are cut. */
function longestWords(bars: readonly Bar[], cutMs: number): Markup | null {
  const cut = bars.filter((bar) => (bar.lastMs ?? 0) > cutMs);
  const longest = cut.reduce<Bar | null>(
    (found, bar) => ((found?.lastMs ?? 0) >= (bar.lastMs ?? 0) ? found : bar),
    null,
  );
  if (!longest) return null;
  const room = PLANE * WORDS_SHARE;
  const end = longest.x + longest.width;
  const before = cut.filter((bar) => bar.x < longest.x && bar.x > longest.x - room).length;
  const behind = cut.filter((bar) => bar.x > longest.x && bar.x < end + room).length;
  const fitsLeft = longest.x > room;
  const fitsRight = end < PLANE - room;
  const left = fitsLeft && (!fitsRight || before < behind);
  const attributes = {
    class: 'note',
    x: percent(left ? longest.x : end),
    dx: left ? -5 : 5,
    y: 8,
    'text-anchor': left ? 'end' : 'start',
  };
  return el('text', attributes, msText(longest.lastMs));
}
