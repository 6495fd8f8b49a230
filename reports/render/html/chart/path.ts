/** Lines and areas with gaps where the data has gaps. No smoothing. */

import { coordinate } from '../markup.ts';

/** A point of a line; null ends the line there. */
export type Point = readonly [x: number, y: number] | null;

/** Pieces of a line between its gaps. */
export function pieces(points: readonly Point[]): (readonly [number, number])[][] {
  const found: (readonly [number, number])[][] = [];
  let open = false;
  for (const point of points) {
    if (point === null) {
      open = false;
      continue;
    }
    if (!open) found.push([]);
    open = true;
    found.at(-1)?.push(point);
  }
  return found;
}

/** The `d` of a line; a point alone becomes a stroke of no length, which a round cap shows as a dot. */
export function linePath(points: readonly Point[]): string {
  return pieces(points)
    .map((piece) => {
      const [first] = piece;
      if (piece.length === 1 && first) return `M${coordinate(first[0])} ${coordinate(first[1])}h0`;
      return `M${piece.map(([x, y]) => `${coordinate(x)} ${coordinate(y)}`).join('L')}`;
    })
    .join('');
}

/** The `d` of the areas between a line and its base; a point alone is given `width`. */
export function areaPath(points: readonly Point[], base: number, width: number): string {
  return pieces(points)
    .map((piece) => {
      const first = piece[0];
      const last = piece.at(-1);
      if (!first || !last) return '';
      if (piece.length === 1) return boxPath(first[0] - width / 2, first[1], width, base - first[1]);
      const line = piece.map(([x, y]) => `${coordinate(x)} ${coordinate(y)}`).join('L');
      return `M${coordinate(first[0])} ${coordinate(base)}L${line}L${coordinate(last[0])} ${coordinate(base)}Z`;
    })
    .join('');
}

/** A rectangle as a path, so that hundreds of them are one element. */
export function boxPath(x: number, y: number, width: number, height: number): string {
  return `M${coordinate(x)} ${coordinate(y)}h${coordinate(width)}v${coordinate(height)}h${coordinate(-width)}z`;
}

/** A triangle that points up from its base, for a bar that goes on beyond the chart. */
export function tipPath(x: number, base: number, width: number, height: number): string {
  return `M${coordinate(x)} ${coordinate(base)}l${coordinate(width / 2)} ${coordinate(-height)}l${coordinate(width / 2)} ${coordinate(height)}z`;
}
