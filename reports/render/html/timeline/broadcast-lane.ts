/** Broadcasts: a bar from the first receiver to the last, a cap where some never got it. */

import { countText, figureText, msText } from '../../figures.ts';
import { boxPath } from '../chart/path.ts';
import { leftAxis, plane, PLANE, plot } from '../chart/plot.ts';
import { linearScale } from '../chart/scale.ts';
import { linearTicks, roundTop } from '../chart/ticks.ts';
import { el } from '../markup.ts';
import { columnWidth, laneMarkup, laneMost, type LaneContext, type LaneResult, readingOf } from './lane.ts';

const HEIGHT = 72;

/** The lane of broadcasts; left out when none was witnessed. */
export function broadcastLane(context: LaneContext): LaneResult {
  const { timeline, record } = context;
  if (record.broadcasts.length === 0) return { leftOut: 'broadcasts (none was witnessed)' };
  const slowest = laneMost(timeline, (column) => column.broadcasts?.lastMs);
  const inSeconds = (slowest ?? 0) >= 900;
  const unitMs = inSeconds ? 1_000 : 1;
  const top = roundTop((slowest ?? 1) / unitMs, 3);
  const y = linearScale(0, top, HEIGHT, 0);
  const { bars, caps } = barPaths(context, (ms) => y.at(ms / unitMs));
  const chart = plot(
    HEIGHT,
    `Broadcasts from first to last receiver, slowest ${msText(slowest)}`,
    leftAxis(y, linearTicks(top, 3), figureText),
    plane(
      HEIGHT,
      el('path', { class: 'bars clients', d: bars }),
      caps !== '' && el('path', { class: 'caps', d: caps }),
    ),
  );
  const keys = caps === '' ? [] : [el('span', { class: 'key bad' }, '▀ some missing')];
  return {
    name: 'broadcasts',
    markup: laneMarkup('Broadcast', `first → last, ${inSeconds ? 's' : 'ms'}`, keys, chart),
    readings: [
      readingOf(timeline, 'broadcast first → last', ({ broadcasts: one }) => {
        if (!one) return '';
        if (one.lastMs === null) return 'nobody received it';
        const missing = one.missing > 0 ? `, ${countText(one.missing)} missing` : '';
        return `${msText(one.firstMs)} → ${msText(one.lastMs)}${missing}`;
      }),
    ],
  };
}

function barPaths(context: LaneContext, at: (ms: number) => number): { bars: string; caps: string } {
  const width = columnWidth(context.timeline);
  const busy = context.timeline.columns.filter((column) => column?.broadcasts).length;
  const columns = context.timeline.columns.length;
  // Sparse broadcasts get wider bars: thin ones would vanish on paper.
  const share = columns >= 60 && busy * 2 <= columns ? 1.5 : 0.75;
  let bars = '';
  let caps = '';
  for (const column of context.timeline.columns) {
    const one = column?.broadcasts;
    if (!column || !one) continue;
    const middle = context.x.at((column.fromMs + column.toMs) / 2);
    const x = Math.min(PLANE - width * share, Math.max(0, middle - (width * share) / 2));
    const top = at(one.lastMs ?? 0);
    if (one.lastMs !== null) {
      const bottom = Math.max(at(one.firstMs ?? 0), top + 1.5);
      bars += boxPath(x, top, width * share, bottom - top);
    }
    if (one.missing > 0) caps += boxPath(x, Math.max(0, top - 4), width * share, 3);
  }
  return { bars, caps };
}
