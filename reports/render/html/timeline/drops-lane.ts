/** Connections lost and won back, when there were any. */

import { figureText, shortCount } from '../../figures.ts';
import { boxPath, linePath } from '../chart/path.ts';
import { leftAxis, plane, plot, stroke } from '../chart/plot.ts';
import { linearScale } from '../chart/scale.ts';
import { linearTicks, roundTop } from '../chart/ticks.ts';
import { el } from '../markup.ts';
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

/** The lane of drops and reconnects; left out when no connection was lost. */
export function dropsLane(context: LaneContext): LaneResult {
  const { timeline } = context;
  const drops = laneMost(timeline, (column) => column.drops) ?? 0;
  const reconnects = laneMost(timeline, (column) => column.reconnects) ?? 0;
  if (drops <= 0 && reconnects <= 0) return { leftOut: 'drops and reconnects (none)' };
  const top = roundTop(Math.max(drops, reconnects), 2);
  const y = linearScale(0, top, HEIGHT, 0);
  const width = columnWidth(timeline);
  let bars = '';
  for (const column of timeline.columns) {
    if (!column || !(column.drops > 0)) continue;
    const height = Math.max(1, HEIGHT - y.at(column.drops));
    bars += boxPath(context.x.at(column.fromMs) + width * 0.1, HEIGHT - height, width * 0.8, height);
  }
  // A line along the floor of a calm run would say nothing: it is drawn where it is above zero, with its feet.
  const rising = timeline.columns.map(
    (column, index) =>
      (column?.reconnects ?? 0) > 0 ||
      (timeline.columns[index - 1]?.reconnects ?? 0) > 0 ||
      (timeline.columns[index + 1]?.reconnects ?? 0) > 0,
  );
  const line = columnPoints(context, y, (column) => column.reconnects).map((point, index) =>
    rising[index] ? point : null,
  );
  const chart = plot(
    HEIGHT,
    `Drops per second, most ${figureText(drops)}; reconnects per second, most ${figureText(reconnects)}`,
    leftAxis(y, linearTicks(top, 2), shortCount),
    plane(HEIGHT, el('path', { class: 'bars bad', d: bars }), stroke('clients', linePath(line))),
  );
  const keys = [el('span', { class: 'key bad' }, '■ drops'), lineKey('clients', 'reconnects')];
  return {
    name: 'drops',
    markup: laneMarkup('Drops', 'per second', keys, chart),
    readings: [
      readingOf(
        timeline,
        'drops / reconnects',
        (column) => `${figureText(column.drops)} / ${figureText(column.reconnects)} /s`,
      ),
    ],
  };
}
