/** Offered against achieved: pushes that fell due and pushes sent, when the two part. */

import { figureText, shortCount } from '../../figures.ts';
import { linePath } from '../chart/path.ts';
import { leftAxis, plane, plot, stroke } from '../chart/plot.ts';
import { linearScale } from '../chart/scale.ts';
import { linearTicks, roundTop } from '../chart/ticks.ts';
import {
  columnPoints,
  laneMarkup,
  laneMost,
  type LaneContext,
  type LaneResult,
  lineKey,
  readingOf,
} from './lane.ts';

const HEIGHT = 56;
/** A difference smaller than this share is the edge of a window, not a shortfall. */
const APART = 0.05;

/** The lane of load; left out when everything due was sent, or nothing fell due. */
export function loadLane(context: LaneContext): LaneResult {
  const { timeline } = context;
  const largest = Math.max(
    laneMost(timeline, (column) => column.offered) ?? 0,
    laneMost(timeline, (column) => column.sent) ?? 0,
  );
  if (largest <= 0) return { leftOut: 'pushes (none fell due)' };
  const apart = timeline.columns.some(
    (column) => column && Math.abs(column.offered - column.sent) > Math.max(1, column.offered * APART),
  );
  if (!apart) return { leftOut: 'load (every push was sent in the second it was due)' };
  const top = roundTop(largest, 2);
  const y = linearScale(0, top, HEIGHT, 0);
  const chart = plot(
    HEIGHT,
    `Pushes due and sent per second, most ${figureText(largest)}`,
    leftAxis(y, linearTicks(top, 2), shortCount),
    plane(
      HEIGHT,
      stroke('machine dashed', linePath(columnPoints(context, y, (column) => column.offered))),
      stroke('clients', linePath(columnPoints(context, y, (column) => column.sent))),
    ),
  );
  const keys = [lineKey('clients', 'sent'), lineKey('machine', 'due, dashed')];
  return {
    name: 'load',
    markup: laneMarkup('Load', 'pushes per second', keys, chart),
    readings: [
      readingOf(
        timeline,
        'pushes sent / due',
        (column) => `${figureText(column.sent)} / ${figureText(column.offered)} /s`,
      ),
    ],
  };
}
