/** Join latency, when a slow join makes it speak. */

import { msText } from '../../figures.ts';
import { limitsOn } from '../chart/limits.ts';
import { linePath } from '../chart/path.ts';
import { leftAxis, limitLine, plane, plot, stroke } from '../chart/plot.ts';
import { decadeAbove, decadeBelow, logScale } from '../chart/scale.ts';
import { logTicks } from '../chart/ticks.ts';
import { all } from '../markup.ts';
import {
  columnPoints,
  laneMarkup,
  laneMost,
  type LaneContext,
  type LaneResult,
  lineKey,
  readingOf,
} from './lane.ts';
import { tickText } from './push-lane.ts';

const HEIGHT = 72;
/** A second this many times slower than the middle one is worth a lane. */
const SPEAKS = 4;

/** The lane of join latency; left out when joins were steady and no fault or threshold is about them. */
export function joinLane(context: LaneContext): LaneResult {
  const { timeline, record } = context;
  const p99s = timeline.columns
    .flatMap((column) => (column?.join ? [column.join.p99] : []))
    .toSorted((a, b) => a - b);
  const slowest = p99s.at(-1);
  if (slowest === undefined) return { leftOut: 'join latency (no join was answered)' };
  const middle = p99s[Math.floor((p99s.length - 1) / 2)] ?? slowest;
  const limits = limitsOn(record.summary, 'join_duration', context.spans);
  const failed = limits.filter((one) => one.failed);
  const asked = record.summary.faults.some((fault) =>
    fault.effects.some((one) => one.metric.startsWith('join_')),
  );
  if (slowest < middle * SPEAKS && failed.length === 0 && !asked) return { leftOut: 'join latency (steady)' };
  const fastest = Math.min(
    ...timeline.columns.flatMap((one) => (one?.join && one.join.p50 > 0 ? [one.join.p50] : [])),
  );
  const low = Number.isFinite(fastest) ? fastest : slowest / 10;
  const y = logScale(
    decadeBelow(low),
    decadeAbove(Math.max(slowest, ...failed.map((one) => one.limit))),
    HEIGHT,
    0,
  );
  const chart = plot(
    HEIGHT,
    `Join latency in milliseconds, slowest second's p99 ${msText(laneMost(timeline, (one) => one.join?.p99))}`,
    leftAxis(y, logTicks(y.from, y.to, 4), tickText),
    plane(
      HEIGHT,
      stroke('p50', linePath(columnPoints(context, y, (column) => column.join?.p50))),
      stroke('p99', linePath(columnPoints(context, y, (column) => column.join?.p99))),
    ),
    all(...failed.map((one) => limitLine(y.at(one.limit), one.words, 'limit'))),
  );
  return {
    name: 'join latency',
    markup: laneMarkup('Join latency', 'ms, log', [lineKey('p50', 'p50'), lineKey('p99', 'p99')], chart),
    readings: [
      readingOf(timeline, 'join p50 / p99', (column) =>
        column.join ? `${msText(column.join.p50)} / ${msText(column.join.p99)}` : '',
      ),
    ],
  };
}
