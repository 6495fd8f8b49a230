/** How big? Six figures at most: meaning above, the number large, what gives it scale below. */

import type { RunRecord } from '../../../../harness/record/run-record.ts';
import { broadcastFigure } from '../../broadcast-figure.ts';
import { type FaultSpan, spanBehind } from '../../fault-spans.ts';
import { countText, msText, NOT_MEASURED, numbered, shareText, shortCount } from '../../figures.ts';
import { bareName, gaugeOf, trendOf } from '../../metrics.ts';
import { el, type Markup } from '../markup.ts';
import { most } from '../timeline/columns.ts';

type Figure = { meaning: string; value: string; scale: string; bad?: boolean };

/** The row of six figures. */
export function figuresSection(record: RunRecord, spans: readonly FaultSpan[]): Markup {
  const figures = [
    clientsFigure(record),
    latencyFigure(record, 'Join p99', 'join_duration', 'join'),
    latencyFigure(record, 'Push p99', 'push_duration', 'push'),
    broadcastCard(record, spans),
    missingFigure(record, spans),
    mailboxFigure(record),
  ];
  return el(
    'section',
    { class: 'figures card', id: 'figures', 'aria-label': 'Figures' },
    ...figures.map((one) =>
      el(
        'div',
        { class: 'figure' },
        el('p', { class: 'meaning' }, one.meaning),
        el(
          'p',
          { class: `value${one.bad === true ? ' bad' : ''}${one.value === NOT_MEASURED ? ' unknown' : ''}` },
          one.value,
        ),
        el('p', { class: 'scale' }, one.scale),
      ),
    ),
  );
}

function clientsFigure({ summary }: RunRecord): Figure {
  const { planned, joined, joinedAfterMs } = summary.clients;
  const short = joined < planned ? ', never all at once' : '';
  const all = joinedAfterMs === null ? short : ` in ${msText(joinedAfterMs)}`;
  return {
    meaning: 'Clients joined',
    value: countText(joined),
    scale: `of ${countText(planned)}${all}`,
    bad: joined < planned,
  };
}

function latencyFigure(
  { summary }: RunRecord,
  meaning: string,
  metric: string,
  kind: 'join' | 'push',
): Figure {
  const trend = trendOf(summary, metric);
  if (!trend) return { meaning, value: NOT_MEASURED, scale: `no ${kind} was answered` };
  const bad = summary.thresholds.some((one) => one.status === 'fail' && bareName(one.metric) === metric);
  const sent = summary.operations[kind].sent;
  return {
    meaning,
    value: msText(trend.p99),
    scale: `p50 ${msText(trend.med)} · ${countText(sent)} sent`,
    bad,
  };
}

function broadcastCard(record: RunRecord, spans: readonly FaultSpan[]): Figure {
  const figure = broadcastFigure(record, spans);
  if (!figure) {
    const trend = trendOf(record.summary, 'broadcast_latency');
    if (!trend)
      return {
        meaning: 'Broadcast, last receiver',
        value: NOT_MEASURED,
        scale: 'no broadcast was witnessed',
      };
    return {
      meaning: 'Broadcast, last receiver',
      value: msText(trend.max),
      scale: `p50 ${msText(trend.med)}`,
    };
  }
  const meaning = `Broadcast, last of ${shortCount(figure.receivers)}`;
  if (!figure.worst)
    return { meaning, value: msText(figure.lastMs), scale: `the middle one of ${countText(figure.count)}` };
  const during = figure.worst.faultName === null ? 'at worst' : `in ${figure.worst.faultName}`;
  return { meaning, value: msText(figure.lastMs), scale: `${msText(figure.worst.lastMs)} ${during}` };
}

function missingFigure({ summary, broadcasts }: RunRecord, spans: readonly FaultSpan[]): Figure {
  const { expected, missing } = summary.deliveries;
  const meaning = 'Deliveries missing';
  if (expected === 0) return { meaning, value: NOT_MEASURED, scale: 'no delivery was expected' };
  const of = `of ${countText(expected)}`;
  if (missing === 0) return { meaning, value: '0', scale: of };
  const names = new Set(
    broadcasts.filter((one) => one.missing > 0).map((one) => spanBehind(spans, one.atMs)?.fault.name ?? null),
  );
  const [name] = names;
  const only = names.size === 1 && name !== undefined && name !== null;
  return {
    meaning,
    value: shareText(missing / expected),
    scale: only ? `all in ${name}` : `${countText(missing)} ${of}`,
  };
}

function mailboxFigure({ summary, windows }: RunRecord): Figure {
  const meaning = 'Mailboxes, most at once';
  const sum = most([...windows.map((one) => one.mailbox?.sum), gaugeOf(summary, 'mailbox_len')?.max]);
  if (sum === null) return { meaning, value: NOT_MEASURED, scale: 'no control port was read' };
  const oldest = most([
    ...windows.map((one) => one.mailbox?.oldestWaitMs),
    gaugeOf(summary, 'mailbox_oldest_wait')?.max,
  ]);
  const scale = oldest === null ? numbered(Math.round(sum), 'message') : `oldest waited ${msText(oldest)}`;
  return { meaning, value: countText(sum), scale };
}
