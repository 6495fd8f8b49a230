/** What every lane of the timeline shares: its name, its chart, its place on the one x axis. */

import type { RunRecord } from '../../../../harness/record/run-record.ts';
import type { FaultSpan } from '../../fault-spans.ts';
import { PLANE } from '../chart/plot.ts';
import { linearScale, type Scale } from '../chart/scale.ts';
import type { Point } from '../chart/path.ts';
import { type Child, el, type Markup } from '../markup.ts';
import type { Column, Timeline } from './columns.ts';

/** All that a lane may look at. */
export type LaneContext = {
  record: RunRecord;
  timeline: Timeline;
  spans: readonly FaultSpan[];
  /** From milliseconds of the run to the plane. */
  x: Scale;
};

/** One row of the cursor's readout: a text for each column, empty where there is nothing to say. */
export type Reading = { name: string; values: string[] };

/** A lane ready to be placed. */
export type Lane = { name: string; markup: Markup; readings: Reading[] };

/** A lane, or the reason it is left out. */
export type LaneResult = Lane | { leftOut: string };

/** The shared x axis. */
export function timeScale(timeline: Timeline): Scale {
  return linearScale(timeline.fromMs, timeline.toMs, 0, PLANE);
}

/** A lane's frame: the name and what stands under it at the left, the chart at the right. */
export function laneMarkup(name: string, unit: string, keys: readonly Child[], chart: Markup): Markup {
  return el(
    'div',
    { class: 'lane' },
    el('div', { class: 'lane-name' }, el('b', {}, name), el('span', { class: 'unit' }, unit), ...keys),
    el('div', { class: 'lane-plot' }, chart),
  );
}

/** The key of a line, beside its lane: a stroke and the name in the line's own colour. */
export function lineKey(className: string, name: string): Markup {
  return el('span', { class: `key ${className}` }, el('span', { class: 'key-mark' }, '—'), ` ${name}`);
}

/** Points in the middle of each column, null where the value is not known. */
export function columnPoints(
  context: LaneContext,
  y: Scale,
  pick: (column: Column) => number | null | undefined,
): Point[] {
  return context.timeline.columns.map((column) => {
    const value = column ? pick(column) : null;
    if (!column || typeof value !== 'number' || !Number.isFinite(value)) return null;
    return [context.x.at((column.fromMs + column.toMs) / 2), y.at(value)];
  });
}

/** The largest value of a lane; null when it has none. */
export function laneMost(
  timeline: Timeline,
  pick: (column: Column) => number | null | undefined,
): number | null {
  let largest: number | null = null;
  for (const column of timeline.columns) {
    const value = column ? pick(column) : null;
    if (typeof value === 'number' && Number.isFinite(value) && (largest === null || value > largest))
      largest = value;
  }
  return largest;
}

/** A reading of each column. */
export function readingOf(timeline: Timeline, name: string, write: (column: Column) => string): Reading {
  return { name, values: timeline.columns.map((column) => (column ? write(column) : '')) };
}

/** Width of a column on the plane. */
export function columnWidth(timeline: Timeline): number {
  return PLANE / Math.max(1, timeline.columns.length);
}
