/** Connections lost and won back, when there were any. */

import { figureText, shortCount } from '../../figures.ts';
import { boxPath, linePath, type Point } from '../chart/path.ts';
import { leftAxis, plane, plot, stroke } from '../chart/plot.ts';
import { linearScale, type Scale } from '../chart/scale.ts';
import { linearTicks, roundTop } from '../chart/ticks.ts';
import { el } from '../markup.ts';
import type { Column } from './columns.ts';
import {
  columnPoints,
  columnWidth,
  laneMarkup,
  laneMost,
  type LaneContext,
  type LaneResult,
  lineKey,
  readingOf,
} from './lane.ts';

const HEIGHT = 60;
/** With a third key beside it. */
const TALL = 76;

/** The lane of drops and reconnects; left out when no connection was lost. */
export function dropsLane(context: LaneContext): LaneResult {
  const { timeline } = context;
  const drops = laneMost(timeline, (column) => column.drops) ?? 0;
  const reconnects = laneMost(timeline, (column) => column.reconnects) ?? 0;
  if (drops <= 0 && reconnects <= 0) return { leftOut: 'drops and reconnects (none)' };
  const seen = laneMost(timeline, (column) => column.serverConnects);
  const height = seen === null ? HEIGHT : TALL;
  const top = roundTop(Math.max(drops, reconnects, seen ?? 0), 2);
  const y = linearScale(0, top, height, 0);
  const width = columnWidth(timeline);
  let bars = '';
  for (const column of timeline.columns) {
    if (!column || !(column.drops > 0)) continue;
    const bar = Math.max(1, height - y.at(column.drops));
    bars += boxPath(context.x.at(column.fromMs) + width * 0.1, height - bar, width * 0.8, bar);
  }
  const back = risingLine(context, y, (column) => column.reconnects);
  const atServer = risingLine(context, y, (column) => column.serverConnects);
  const seenWords = seen === null ? '' : `; connects the server saw, most ${figureText(seen)}`;
  const chart = plot(
    height,
    `Drops per second, most ${figureText(drops)}; reconnects per second, most ${figureText(reconnects)}${seenWords}`,
    leftAxis(y, linearTicks(top, 2), shortCount),
    plane(
      height,
      el('path', { class: 'bars bad', d: bars }),
      seen !== null && stroke('joined', linePath(atServer)),
      stroke('clients', linePath(back)),
    ),
  );
  const keys = [
    el('span', { class: 'key bad' }, '■ drops'),
    lineKey('clients', 'reconnects'),
    ...(seen === null ? [] : [lineKey('joined', 'server saw')]),
  ];
  return {
    name: 'drops',
    markup: laneMarkup('Drops', 'per second', keys, chart),
    readings: [
      readingOf(
        timeline,
        'drops / reconnects',
        (column) => `${figureText(column.drops)} / ${figureText(column.reconnects)} /s`,
      ),
      ...(seen === null
        ? []
        : [
            readingOf(timeline, 'connects at the server', ({ serverConnects }) =>
              serverConnects === null ? '' : `${figureText(serverConnects)} /s`,
            ),
          ]),
    ],
  };
}

/** A line along the floor of a calm run would say nothing: it is drawn where it is above zero, with its feet. */
function risingLine(context: LaneContext, y: Scale, pick: (column: Column) => number | null): Point[] {
  const { columns } = context.timeline;
  const isUp = (index: number): boolean => {
    const column = columns[index];
    return column ? (pick(column) ?? 0) > 0 : false;
  };
  return columnPoints(context, y, pick).map((point, index) =>
    isUp(index) || isUp(index - 1) || isUp(index + 1) ? point : null,
  );
}
