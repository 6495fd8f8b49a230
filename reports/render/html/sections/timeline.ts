/** When, and why: all lanes over one time axis, the faults through them, the cursor's data beside them. */

import { formatClock } from '../../../../harness/base/units.ts';
import type { RunRecord } from '../../../../harness/record/run-record.ts';
import { appliedSpans, type FaultSpan } from '../../fault-spans.ts';
import { stretchesOf } from '../../fault-words.ts';
import { numbered } from '../../figures.ts';
import { all, el, embeddedJson, type Markup } from '../markup.ts';
import { card, nothing, section } from '../table.ts';
import { broadcastLane } from '../timeline/broadcast-lane.ts';
import { clientsLane } from '../timeline/clients-lane.ts';
import { timelineOf } from '../timeline/columns.ts';
import { dropsLane } from '../timeline/drops-lane.ts';
import { faultBands, faultNames, timeAxis } from '../timeline/fault-bands.ts';
import { joinLane } from '../timeline/join-lane.ts';
import { type Lane, type LaneContext, type LaneResult, timeScale } from '../timeline/lane.ts';
import { loadLane } from '../timeline/load-lane.ts';
import { driverLane, serverLane } from '../timeline/machine-lanes.ts';
import { longestMailboxLane, mailboxLane } from '../timeline/mailbox-lane.ts';
import { momentLines } from '../timeline/moments.ts';
import { pushLane } from '../timeline/push-lane.ts';
import { timelineTable } from '../timeline/timeline-table.ts';
import { timeoutsLane } from '../timeline/timeouts-lane.ts';

/** Lanes from the user's side to the machine's. */
const LANES: readonly ((context: LaneContext) => LaneResult)[] = [
  clientsLane,
  loadLane,
  joinLane,
  pushLane,
  broadcastLane,
  timeoutsLane,
  dropsLane,
  mailboxLane,
  longestMailboxLane,
  serverLane,
  driverLane,
];

/** The timeline section. */
export function timelineSection(record: RunRecord, spans: readonly FaultSpan[]): Markup {
  const timeline = timelineOf(record);
  const context: LaneContext = { record, timeline, spans, x: timeScale(timeline) };
  const results = LANES.map((lane) => lane(context));
  const lanes = results.filter((result): result is Lane => 'markup' in result);
  const leftOut = results.flatMap((result) => ('leftOut' in result ? [result.leftOut] : []));
  const merged = timeline.secondsPerColumn;
  const meaning =
    merged === 1
      ? 'one second a column'
      : `${numbered(merged, 'second')} a column: the worst one of latencies and gauges`;
  const hatched = appliedSpans(spans).length > 0 ? '; hatched: a fault was on' : '';
  if (lanes.length === 0) {
    return section(
      'timeline',
      'Timeline',
      '',
      card(nothing('No second of this run was recorded, so there is nothing to draw.')),
    );
  }
  return section(
    'timeline',
    'Timeline',
    `${meaning}${hatched}`,
    card(
      el(
        'div',
        {
          class: 'timeline',
          id: 'lanes',
          tabindex: 0,
          role: 'group',
          'aria-label':
            'Timeline. Arrow keys move the cursor, shift and arrow jump between faults, Escape clears it.',
        },
        faultNames(spans, context.x),
        el(
          'div',
          { class: 'lanes' },
          el(
            'div',
            { class: 'lane-plot under' },
            faultBands(spans, timeline, context.x, momentLines(record.marks, context.x)),
          ),
          ...lanes.map((lane) => lane.markup),
          el(
            'div',
            { class: 'lane-plot over', id: 'track' },
            el('div', { class: 'cursor', id: 'cursor', hidden: true }),
          ),
        ),
        timeAxis(timeline, context.x),
        el('div', { class: 'readout', id: 'readout', role: 'status', 'aria-live': 'polite', hidden: true }),
      ),
      leftOut.length > 0 &&
        el('p', { class: 'left-out' }, `Left out, with nothing to show: ${leftOut.join(' · ')}.`),
      timelineTable(context),
    ),
    cursorData(context, lanes),
  );
}

/** What the page's script reads: finished texts, so that it formats nothing itself. */
function cursorData({ timeline, spans }: LaneContext, lanes: readonly Lane[]): Markup {
  const readings = lanes.flatMap((lane) => lane.readings);
  return all(
    embeddedJson('cursor-data', {
      fromMs: timeline.fromMs,
      toMs: timeline.toMs,
      stepMs: timeline.secondsPerColumn * 1_000,
      clocks: timeline.columns.map((_, index) =>
        formatClock(timeline.fromMs + index * timeline.secondsPerColumn * 1_000),
      ),
      known: timeline.columns.map((column) => (column ? 1 : 0)),
      names: readings.map((reading) => reading.name),
      values: readings.map((reading) => reading.values),
      faults: appliedSpans(spans).flatMap((span) =>
        stretchesOf(span).map((stretch) => ({ ...stretch, colour: span.colour })),
      ),
    }),
  );
}
