/** The heat-map: cells of a log grid, coloured by the logarithm of their samples, one path a colour. */

import { boxPath } from '../chart/path.ts';
import type { Scale } from '../chart/scale.ts';
import { all, el, type Markup } from '../markup.ts';
import { HEAT_STEPS } from '../tokens.ts';
import type { LaneContext } from './lane.ts';

/** Height of a cell: ten of them make a decade. */
export const CELL_FACTOR = 10 ** 0.1;

/** The most samples any cell holds; 0 when there is none. */
export function fullestCell(context: LaneContext): number {
  let fullest = 0;
  for (const column of context.timeline.columns) {
    if (!column) continue;
    for (const count of column.cells.values()) fullest = Math.max(fullest, count);
  }
  return fullest;
}

/** The colour of a cell, 0 (one sample) to 8 (as many as the fullest). */
export function heatStep(count: number, fullest: number): number {
  if (count <= 1 || fullest <= 1) return fullest <= 1 && count >= 1 ? HEAT_STEPS - 1 : 0;
  const step = Math.round((Math.log(count) / Math.log(fullest)) * (HEAT_STEPS - 1));
  return Math.max(0, Math.min(HEAT_STEPS - 1, step));
}

/** All cells; neighbours in time with the same colour are one box. */
export function heatMap(context: LaneContext, y: Scale): Markup {
  const fullest = fullestCell(context);
  const paths = Array.from({ length: HEAT_STEPS }, () => '');
  const open = new Map<number, { step: number; fromMs: number; toMs: number }>();
  const close = (edge: number): void => {
    const run = open.get(edge);
    if (!run) return;
    const x = context.x.at(run.fromMs);
    const top = y.at(edge * CELL_FACTOR);
    paths[run.step] += boxPath(x, top, context.x.at(run.toMs) - x, y.at(edge) - top);
    open.delete(edge);
  };
  for (const column of context.timeline.columns) {
    for (const edge of open.keys()) {
      const count = column?.cells.get(edge) ?? 0;
      if (count <= 0 || open.get(edge)?.step !== heatStep(count, fullest)) close(edge);
    }
    if (!column) continue;
    for (const [edge, count] of column.cells) {
      if (!(count > 0) || !(edge >= 0)) continue;
      const run = open.get(edge);
      if (run) run.toMs = column.toMs;
      else open.set(edge, { step: heatStep(count, fullest), fromMs: column.fromMs, toMs: column.toMs });
    }
  }
  for (const edge of open.keys()) close(edge);
  return all(...paths.map((d, step) => d !== '' && el('path', { class: `heat heat-${step}`, d })));
}

/** The legend of the heat-map: from one sample to the fullest cell. */
export function heatKey(fullest: string): Markup {
  const swatches = Array.from({ length: HEAT_STEPS }, (_, step) =>
    el('rect', { class: `heat heat-${step}`, x: step * 6, y: 0, width: 6, height: 8 }),
  );
  const ramp = el(
    'svg',
    { class: 'ramp', width: HEAT_STEPS * 6, height: 8, 'aria-hidden': 'true' },
    ...swatches,
  );
  return el('span', { class: 'key unit' }, '1 ', ramp, ` ${fullest} pushes`);
}
