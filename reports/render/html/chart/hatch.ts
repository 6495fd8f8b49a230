/** Hatches: one per fault colour and angle, defined once and used by every chart of the page. */

import type { FaultSpan } from '../../fault-spans.ts';
import { all, el, type Markup } from '../markup.ts';

const ANGLES = [45, -45, 90, 0];
const PITCH = 8;

/** The id of a span's hatch. */
export function hatchId(span: Pick<FaultSpan, 'colour' | 'hatch'>): string {
  return `hatch-${span.colour}-${span.hatch}`;
}

function hatchPattern(span: FaultSpan): Markup {
  return el(
    'pattern',
    {
      id: hatchId(span),
      class: `fault-${span.colour}`,
      patternUnits: 'userSpaceOnUse',
      width: PITCH,
      height: PITCH,
      patternTransform: `rotate(${ANGLES[span.hatch] ?? 45})`,
    },
    el('rect', { class: 'hatch-fill', width: PITCH, height: PITCH }),
    el('line', { class: 'hatch-line', x1: PITCH / 2, y1: 0, x2: PITCH / 2, y2: PITCH }),
  );
}

/** Fine diagonals for a series that shares its colour with another, in the colour of what uses it. */
function seriesPattern(id: string, colour: string): Markup {
  return el(
    'pattern',
    {
      id,
      class: colour,
      patternUnits: 'userSpaceOnUse',
      width: 4,
      height: 4,
      patternTransform: 'rotate(45)',
    },
    el('line', { class: 'series-line', x1: 2, y1: 0, x2: 2, y2: 4 }),
  );
}

/** Colour classes a striped bar can have: a fault's, or grey for no fault. */
export const BAR_COLOURS = ['fault-0', 'fault-1', 'fault-2', 'fault-3', 'no-fault'] as const;

/** All patterns of the page, in an svg that takes no room. */
export function hatchDefinitions(spans: readonly FaultSpan[]): Markup {
  const seen = new Map(spans.map((span) => [hatchId(span), span]));
  return el(
    'svg',
    { class: 'definitions', width: 0, height: 0, 'aria-hidden': 'true' },
    el(
      'defs',
      {},
      all(...[...seen.values()].map(hatchPattern)),
      all(...BAR_COLOURS.map((colour) => seriesPattern(`stripe-${colour}`, colour))),
    ),
  );
}

/** A small hatched square that stands for a fault in running text. */
export function hatchSwatch(span: FaultSpan): Markup {
  return el(
    'svg',
    { class: `swatch fault-${span.colour}`, width: 12, height: 12, 'aria-hidden': 'true' },
    el('rect', { width: 12, height: 12, rx: 2, fill: `url(#${hatchId(span)})`, class: 'swatch-edge' }),
  );
}
