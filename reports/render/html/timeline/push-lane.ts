/** Push latency: the heat-map under p50 and p99, on a log axis, the limit dashed. */

import { msText, shortCount } from '../../figures.ts';
import { limitsOn } from '../chart/limits.ts';
import { linePath } from '../chart/path.ts';
import { leftAxis, limitLine, plane, plot, stroke } from '../chart/plot.ts';
import { decadeAbove, decadeBelow, logScale } from '../chart/scale.ts';
import { logTicks } from '../chart/ticks.ts';
import { all } from '../markup.ts';
import { CELL_FACTOR, fullestCell, heatKey, heatMap } from './heat.ts';
import {
  columnPoints,
  laneMarkup,
  laneMost,
  type LaneContext,
  type LaneResult,
  lineKey,
  readingOf,
} from './lane.ts';

const HEIGHT = 136;

/** The lane of push latency; left out when nothing was pushed. */
export function pushLane(context: LaneContext): LaneResult {
  const { timeline, record } = context;
  const slowest = laneMost(timeline, (column) => column.push?.p99);
  if (slowest === null) return { leftOut: 'push latency (no push was answered)' };
  const limits = limitsOn(record.summary, 'push_duration', context.spans);
  const { low, high } = domainOf(context, slowest);
  const y = logScale(
    decadeBelow(low),
    decadeAbove(Math.max(high, ...limits.map((one) => one.limit))),
    HEIGHT,
    0,
  );
  const middle = linePath(columnPoints(context, y, (column) => column.push?.p50));
  const chart = plot(
    HEIGHT,
    `Push latency in milliseconds, slowest second's p99 ${msText(slowest)}`,
    leftAxis(y, logTicks(y.from, y.to, 6), (tick) => tickText(tick)),
    plane(
      HEIGHT,
      heatMap(context, y),
      // The fullest cells are as dark as the line: a halo of the card parts the two.
      stroke('halo', middle),
      stroke('p50', middle),
      stroke('p99', linePath(columnPoints(context, y, (column) => column.push?.p99))),
    ),
    all(...limits.map((one) => limitLine(y.at(one.limit), one.words, one.failed ? 'limit' : 'limit-held'))),
  );
  const keys = [lineKey('p50', 'p50'), lineKey('p99', 'p99'), heatKey(shortCount(fullestCell(context)))];
  return {
    name: 'push latency',
    markup: laneMarkup('Push latency', 'ms, log', keys, chart),
    readings: [
      readingOf(timeline, 'push p50 / p99', (column) =>
        column.push ? `${msText(column.push.p50)} / ${msText(column.push.p99)}` : 'none answered',
      ),
    ],
  };
}

function domainOf(context: LaneContext, slowest: number): { low: number; high: number } {
  let low = Infinity;
  let high = slowest;
  for (const column of context.timeline.columns) {
    if (!column) continue;
    if (column.push && column.push.p50 > 0) low = Math.min(low, column.push.p50);
    for (const [edge, count] of column.cells) {
      if (!(edge > 0) || !(count > 0)) continue;
      low = Math.min(low, edge);
      high = Math.max(high, edge * CELL_FACTOR);
    }
  }
  return { low: Number.isFinite(low) ? low : Math.max(slowest / 10, 0.001), high };
}

/** A tick of a log axis in milliseconds: `0.01`, `100`, `10k`, so that neighbours never touch. */
export function tickText(tick: number): string {
  return tick >= 1 ? shortCount(tick) : String(tick);
}
