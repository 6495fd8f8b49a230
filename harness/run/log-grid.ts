/** A histogram on the grid that heat-maps and bars are drawn on: ten cells a decade. */
import type { Histogram } from '../measure/histogram.ts';

const CELLS_PER_DECADE = 10;

export type LogCell = { fromMs: number; toMs: number; count: number };

/** The cells that hold samples, rising. */
export function logCells(histogram: Histogram): LogCell[] {
  const counts = new Map<number, number>();
  histogram.forEachCell((fromUs, _widthUs, count) => {
    // The nudge keeps whole powers of ten in the cell they begin.
    const cell = Math.floor(Math.log10(Math.max(1, fromUs)) * CELLS_PER_DECADE + 1e-9);
    counts.set(cell, (counts.get(cell) ?? 0) + count);
  });
  return [...counts].map(([cell, count]) => ({ fromMs: edgeMs(cell), toMs: edgeMs(cell + 1), count }));
}

function edgeMs(cell: number): number {
  return Number((10 ** (cell / CELLS_PER_DECADE) / 1e3).toPrecision(4));
}
