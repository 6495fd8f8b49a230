/** The two machines: what the server used, and whether our own driver kept its times. */

import { figureText, msText, valueText } from '../../figures.ts';
import { linePath } from '../chart/path.ts';
import { leftAxis, limitLine, plane, plot, stroke } from '../chart/plot.ts';
import { linearScale } from '../chart/scale.ts';
import { linearTicks, roundTop } from '../chart/ticks.ts';
import type { Column } from './columns.ts';
import { columnPoints, laneMarkup, laneMost, type LaneContext, type LaneResult, readingOf } from './lane.ts';

const HEIGHT = 48;

/** The server's CPU, or its loop lag where the observer does not tell the CPU. */
export function serverLane(context: LaneContext): LaneResult {
  const cpu = laneMost(context.timeline, (column) => column.cpu);
  if (cpu !== null) {
    return gaugeLane(
      context,
      'Server',
      'CPU, cores used',
      cpu,
      (column) => column.cpu,
      (value) => valueText('cores', value),
    );
  }
  const lag = laneMost(context.timeline, (column) => column.serverLagMs);
  if (lag === null) return { leftOut: 'server (not measured: no control port was read)' };
  return gaugeLane(context, 'Server', 'loop lag, ms', lag, (column) => column.serverLagMs, msText);
}

function gaugeLane(
  context: LaneContext,
  name: string,
  unit: string,
  largest: number,
  pick: (column: Column) => number | null,
  write: (value: number | null) => string,
): LaneResult {
  const top = roundTop(largest, 2);
  const y = linearScale(0, top, HEIGHT, 0);
  const chart = plot(
    HEIGHT,
    `${name}: ${unit}, most ${write(largest)}`,
    leftAxis(y, linearTicks(top, 2), figureText),
    plane(HEIGHT, stroke('machine', linePath(columnPoints(context, y, pick)))),
  );
  return {
    name: name.toLowerCase(),
    markup: laneMarkup(name, unit, [], chart),
    readings: [
      readingOf(context.timeline, `${name.toLowerCase()} ${unit.split(',')[0] ?? ''}`, (column) =>
        write(pick(column)),
      ),
    ],
  };
}

/** The driver's lateness under the limit beyond which the run cannot be judged. */
export function driverLane(context: LaneContext): LaneResult {
  const { timeline, record } = context;
  const latest = laneMost(timeline, (column) => column.latenessMs);
  if (latest === null) return { leftOut: 'driver (no second was recorded)' };
  const limit = record.summary.generator.latenessLimitMs;
  const top = roundTop(Math.max(latest, limit), 2);
  const y = linearScale(0, top, HEIGHT, 0);
  const chart = plot(
    HEIGHT,
    `Driver: lateness p99 in milliseconds, most ${msText(latest)}, limit ${msText(limit)}`,
    leftAxis(y, linearTicks(top, 2), figureText),
    plane(HEIGHT, stroke('machine', linePath(columnPoints(context, y, (column) => column.latenessMs)))),
    limit > 0 ? limitLine(y.at(limit), `past ${msText(limit)} the run would be inconclusive`, 'bound') : null,
  );
  return {
    name: 'driver',
    markup: laneMarkup('Driver', 'lateness p99, ms', [], chart),
    readings: [readingOf(timeline, 'driver lateness p99', (column) => msText(column.latenessMs))],
  };
}
