/** Mailboxes: messages waiting in all processes of the server, the fullest moment by its number. */

import { countText, msText, shortCount } from '../../figures.ts';
import { areaPath, linePath } from '../chart/path.ts';
import { leftAxis, percent, plane, PLANE, plot, stroke } from '../chart/plot.ts';
import { linearScale, type Scale } from '../chart/scale.ts';
import { linearTicks, roundTop } from '../chart/ticks.ts';
import type { Column } from './columns.ts';
import { el, type Markup } from '../markup.ts';
import {
  columnPoints,
  columnWidth,
  laneMarkup,
  laneMost,
  type LaneContext,
  type LaneResult,
  type Reading,
  readingOf,
} from './lane.ts';

const HEIGHT = 72;

type Depth = {
  name: string;
  title: string;
  subtitle: string;
  /** What the chart says to a reader who cannot see it. */
  spoken: string;
  read: (column: Column) => number | undefined;
};

/** All messages that wait anywhere: fan-outs under way, backlogs, floods. */
export function mailboxLane(context: LaneContext): LaneResult {
  const { timeline } = context;
  return depthLane(
    context,
    {
      name: 'mailboxes',
      title: 'Mailboxes',
      subtitle: 'messages waiting',
      spoken: 'Messages waiting in mailboxes',
      read: (column) => column.mailbox?.sum,
    },
    readingOf(timeline, 'oldest waited', (column) => msText(column.mailbox?.oldestWaitMs)),
  );
}

/** The one mailbox that is worst off: a backlog in one process is lost in the sum of a hundred thousand. */
export function longestMailboxLane(context: LaneContext): LaneResult {
  return depthLane(context, {
    name: 'longest mailbox',
    title: 'Longest mailbox',
    subtitle: 'messages in one process',
    spoken: 'Messages waiting in the longest mailbox',
    read: (column) => column.mailbox?.max,
  });
}

function depthLane(context: LaneContext, depth: Depth, ...further: Reading[]): LaneResult {
  const { timeline } = context;
  const largest = laneMost(timeline, depth.read);
  if (largest === null) return { leftOut: `${depth.name} (not measured: no control port was read)` };
  if (largest === 0) return { leftOut: `${depth.name} (nothing was waiting at any reading)` };
  const top = roundTop(largest, 2);
  const y = linearScale(0, top, HEIGHT, 0);
  const points = columnPoints(context, y, depth.read);
  const chart = plot(
    HEIGHT,
    `${depth.spoken}, most at once ${countText(largest)}`,
    leftAxis(y, linearTicks(top, 2), shortCount),
    plane(
      HEIGHT,
      el('path', { class: 'area mailboxes', d: areaPath(points, HEIGHT, columnWidth(timeline)) }),
      stroke('mailboxes', linePath(points)),
    ),
    peakWords(context, depth, y, largest),
  );
  return {
    name: depth.name,
    markup: laneMarkup(depth.title, depth.subtitle, [], chart),
    readings: [readingOf(timeline, depth.name, (column) => countText(depth.read(column))), ...further],
  };
}

function peakWords(context: LaneContext, depth: Depth, y: Scale, largest: number): Markup | null {
  const peak = context.timeline.columns.find((column) => column && depth.read(column) === largest);
  if (!peak) return null;
  const x = context.x.at((peak.fromMs + peak.toMs) / 2);
  const right = x < PLANE * 0.85;
  const attributes = { class: 'note', x: percent(x), dx: right ? 8 : -8, y: Math.max(10, y.at(largest) + 8) };
  return el('text', { ...attributes, 'text-anchor': right ? 'start' : 'end' }, countText(largest));
}
