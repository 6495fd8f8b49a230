/** Mailboxes: messages waiting in all processes of the server, the fullest moment by its number. */

import { countText, msText, shortCount } from '../../figures.ts';
import { areaPath, linePath } from '../chart/path.ts';
import { leftAxis, percent, plane, PLANE, plot, stroke } from '../chart/plot.ts';
import { linearScale, type Scale } from '../chart/scale.ts';
import { linearTicks, roundTop } from '../chart/ticks.ts';
import { el, type Markup } from '../markup.ts';
import {
  columnPoints,
  columnWidth,
  laneMarkup,
  laneMost,
  type LaneContext,
  type LaneResult,
  readingOf,
} from './lane.ts';

const HEIGHT = 72;

/** The lane of mailboxes; left out when the target has no observer or nothing ever waited. */
export function mailboxLane(context: LaneContext): LaneResult {
  const { timeline } = context;
  const largest = laneMost(timeline, (column) => column.mailbox?.sum);
  if (largest === null) return { leftOut: 'mailboxes (not measured: the target has no observer)' };
  if (largest === 0) return { leftOut: 'mailboxes (nothing was waiting at any reading)' };
  const top = roundTop(largest, 2);
  const y = linearScale(0, top, HEIGHT, 0);
  const points = columnPoints(context, y, (column) => column.mailbox?.sum);
  const chart = plot(
    HEIGHT,
    `Messages waiting in mailboxes, most at once ${countText(largest)}`,
    leftAxis(y, linearTicks(top, 2), shortCount),
    plane(
      HEIGHT,
      el('path', { class: 'area mailboxes', d: areaPath(points, HEIGHT, columnWidth(timeline)) }),
      stroke('mailboxes', linePath(points)),
    ),
    peakWords(context, y, largest),
  );
  return {
    name: 'mailboxes',
    markup: laneMarkup('Mailboxes', 'messages waiting', [], chart),
    readings: [
      readingOf(timeline, 'mailboxes', (column) => countText(column.mailbox?.sum)),
      readingOf(timeline, 'oldest waited', (column) => msText(column.mailbox?.oldestWaitMs)),
    ],
  };
}

function peakWords(context: LaneContext, y: Scale, largest: number): Markup | null {
  const peak = context.timeline.columns.find((column) => column?.mailbox?.sum === largest);
  if (!peak) return null;
  const x = context.x.at((peak.fromMs + peak.toMs) / 2);
  const right = x < PLANE * 0.85;
  const attributes = { class: 'note', x: percent(x), dx: right ? 8 : -8, y: Math.max(10, y.at(largest) + 8) };
  return el('text', { ...attributes, 'text-anchor': right ? 'start' : 'end' }, countText(largest));
}
