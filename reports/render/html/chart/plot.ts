/**
 * The frame of a chart whose width is the reader's: text and marks stand at
 * percentages, curves are drawn on 1,000 units and stretched, strokes are not.
 * So type and heights stay the same from a phone to a wide screen and on paper.
 */

import { all, type Child, coordinate, el, type Markup } from '../markup.ts';
import type { Scale } from './scale.ts';

/** Width of the stretched plane that curves are drawn on. */
export const PLANE = 1_000;

/** A place on the plane as a percentage of the chart's width. */
export function percent(x: number): string {
  return `${coordinate((x / PLANE) * 100)}%`;
}

/** Curves on the stretched plane. */
export function plane(height: number, ...children: Child[]): Markup {
  const box = `0 0 ${PLANE} ${coordinate(height)}`;
  const attributes = {
    class: 'plane',
    x: 0,
    y: 0,
    width: '100%',
    height,
    viewBox: box,
    preserveAspectRatio: 'none',
  };
  return el('svg', attributes, ...children);
}

/** A chart of full width and fixed height. */
export function plot(height: number, label: string, ...children: Child[]): Markup {
  return el('svg', { class: 'plot', width: '100%', height, role: 'img', 'aria-label': label }, ...children);
}

/** A stroke that keeps its width however the plane is stretched. */
export function stroke(className: string, d: string): Markup | null {
  return d === '' ? null : el('path', { class: `stroke ${className}`, d });
}

/** Tick labels left of the chart, and a hairline for each. */
export function leftAxis(scale: Scale, ticks: readonly number[], write: (value: number) => string): Markup {
  return all(
    ...ticks.map((tick) => {
      const y = scale.at(tick);
      return all(
        el('line', { class: tick === 0 ? 'base' : 'grid', x1: 0, x2: '100%', y1: y, y2: y }),
        el('text', { class: 'tick', x: -8, y: y + 4, 'text-anchor': 'end' }, write(tick)),
      );
    }),
  );
}

/** A horizontal limit across the chart with its words at the right end, above the line or below it. */
export function limitLine(y: number, words: string, className: string): Markup {
  const above = y > 16;
  return all(
    el('line', { class: className, x1: 0, x2: '100%', y1: y, y2: y }),
    el(
      'text',
      { class: `${className}-words`, x: '100%', dx: -2, y: above ? y - 5 : y + 14, 'text-anchor': 'end' },
      words,
    ),
  );
}
