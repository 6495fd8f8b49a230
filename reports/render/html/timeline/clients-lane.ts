/** Clients: connected as an area, joined as a line where it differs. */

import { countText, figureText } from '../../figures.ts';
import { areaPath, linePath } from '../chart/path.ts';
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

const HEIGHT = 72;

/** The lane of clients; left out when no window was written. */
export function clientsLane(context: LaneContext): LaneResult {
  const { timeline } = context;
  const largest = laneMost(timeline, (column) => column.connected);
  if (largest === null) return { leftOut: 'clients (no second was recorded)' };
  const top = roundTop(largest, 2);
  const thousands = top >= 10_000;
  const y = linearScale(0, top, HEIGHT, 0);
  const connected = columnPoints(context, y, (column) => column.connected);
  const differs = timeline.columns.some((column) => column && column.joined < column.connected * 0.995);
  const joined = differs ? columnPoints(context, y, (column) => column.joined) : [];
  const chart = plot(
    HEIGHT,
    `Clients connected, most ${countText(largest)}`,
    leftAxis(y, linearTicks(top, 2), (tick) => figureText(thousands ? tick / 1_000 : tick)),
    plane(
      HEIGHT,
      el('path', { class: 'area clients', d: areaPath(connected, HEIGHT, columnWidth(timeline)) }),
      stroke('clients', linePath(connected)),
      stroke('joined', linePath(joined)),
    ),
  );
  const keys = differs ? [lineKey('clients', 'connected'), lineKey('joined', 'joined')] : [];
  return {
    name: 'clients',
    markup: laneMarkup('Clients', thousands ? 'thousand' : 'connected', keys, chart),
    readings: [
      readingOf(timeline, 'clients', (column) => countText(column.connected)),
      ...(differs ? [readingOf(timeline, 'joined', (column) => countText(column.joined))] : []),
    ],
  };
}
