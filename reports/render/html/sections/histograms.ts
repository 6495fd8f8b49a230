/** Histograms: how often each latency occurred; log x, and log y where a tail would vanish otherwise. */

import type { Distribution, RunRecord, TrendMetric } from '../../../../harness/record/run-record.ts';
import { countText, msText, numbered, shortCount } from '../../figures.ts';
import { trendOf } from '../../metrics.ts';
import { boxPath } from '../chart/path.ts';
import { leftAxis, percent, plane, PLANE, plot } from '../chart/plot.ts';
import { decadeAbove, decadeBelow, linearScale, logScale, type Scale } from '../chart/scale.ts';
import { linearTicks, logTicks, roundTop } from '../chart/ticks.ts';
import { all, el, type Markup } from '../markup.ts';
import { card, nothing, section, tableTwin } from '../table.ts';
import { tickText } from '../timeline/push-lane.ts';
import { LATENCIES } from './percentiles.ts';

const HEIGHT = 112;

/** A bucket that can be drawn: 0 < from < to, and at least one sample. */
export type Bucket = { fromMs: number; toMs: number; count: number };

/** The buckets of a distribution, on positive edges; a bucket that begins at 0 begins at a tenth of its end. */
export function drawnBuckets(buckets: Distribution['buckets']): Bucket[] {
  return buckets
    .filter(([from, to, count]) => count > 0 && to > 0 && from >= 0 && to > from && Number.isFinite(to))
    .map(([from, to, count]) => ({ fromMs: from > 0 ? from : to / 10, toMs: to, count }));
}

type Drawn = { name: string; colour: string; buckets: Bucket[]; trend: TrendMetric | null };

/** The histogram section: small multiples on one x axis, so that push, join and broadcast can be compared. */
export function histogramsSection({ summary }: RunRecord): Markup {
  const drawn: Drawn[] = LATENCIES.map(({ metric, name, colour }) => {
    const buckets = Object.hasOwn(summary.distributions, metric)
      ? summary.distributions[metric]?.buckets
      : undefined;
    return { name, colour, buckets: drawnBuckets(buckets ?? []), trend: trendOf(summary, metric) };
  });
  const some = drawn.filter((one) => one.buckets.length > 0);
  if (some.length === 0) {
    return section('histograms', 'Latency histograms', '', card(nothing('No distribution was recorded.')));
  }
  const edges = some.flatMap((one) => one.buckets);
  const low = edges.reduce((least, one) => Math.min(least, one.fromMs), Infinity);
  const high = edges.reduce((largest, one) => Math.max(largest, one.toMs), 0);
  const x = logScale(decadeBelow(low), decadeAbove(high), 0, PLANE);
  const silent = drawn.filter((one) => one.buckets.length === 0).map((one) => one.name);
  return section(
    'histograms',
    'Latency histograms',
    'samples by ms, both log',
    card(
      ...some.map((one) => histogram(one, x)),
      silent.length > 0 &&
        el('p', { class: 'left-out' }, `Left out, without samples: ${silent.join(' · ')}.`),
      bucketTable(some),
    ),
  );
}

function histogram(drawn: Drawn, x: Scale): Markup {
  const most = drawn.buckets.reduce((largest, one) => Math.max(largest, one.count), 0);
  const log = most >= 100;
  const top = log ? decadeAbove(most) : roundTop(most, 2);
  // Half a sample is the floor of the log axis, so that a bucket of one is a bar and not a hairline.
  const y = log ? logScale(0.5, top, HEIGHT, 14) : linearScale(0, top, HEIGHT, 14);
  const bars = drawn.buckets
    .map((one) => {
      const left = x.at(one.fromMs);
      const height = Math.max(1, HEIGHT - y.at(one.count));
      return boxPath(left, HEIGHT - height, Math.max(1, x.at(one.toMs) - left - 0.8), height);
    })
    .join('');
  const total = drawn.buckets.reduce((sum, one) => sum + one.count, 0);
  return el(
    'div',
    { class: 'chart histogram' },
    el(
      'p',
      { class: 'chart-name' },
      el('b', { class: drawn.colour }, drawn.name),
      ` ${numbered(total, 'sample')}`,
    ),
    plot(
      HEIGHT,
      `Histogram of ${drawn.name} latency, ${numbered(total, 'sample')}`,
      leftAxis(y, log ? logTicks(1, top, 4) : linearTicks(top, 2), shortCount),
      timeGrid(x),
      plane(HEIGHT, el('path', { class: `bars ${drawn.colour}`, d: bars })),
      drawn.trend ? quantileMarks(drawn.trend, x) : null,
    ),
    el('div', { class: 'chart-axis' }, timeNames(x)),
  );
}

function timeGrid(x: Scale): Markup {
  return all(
    ...logTicks(x.from, x.to, 8).map((tick) =>
      el('line', { class: 'grid', x1: percent(x.at(tick)), x2: percent(x.at(tick)), y1: 14, y2: HEIGHT }),
    ),
  );
}

function timeNames(x: Scale): Markup {
  const names = logTicks(x.from, x.to, 8).map((tick, index) => {
    const place = x.at(tick);
    const anchor = place > PLANE * 0.97 ? 'end' : 'middle';
    return el(
      'text',
      { class: index % 2 === 0 ? 'tick' : 'tick odd', x: percent(place), y: 14, 'text-anchor': anchor },
      tickText(tick),
    );
  });
  return el('svg', { class: 'plot', width: '100%', height: 20, 'aria-hidden': 'true' }, ...names);
}

/** p50 and p99 as marks through the bars, their words on either side, or one under the other. */
function quantileMarks(trend: TrendMetric, x: Scale): Markup {
  const middle = x.at(trend.med);
  const tail = x.at(trend.p99);
  const middleLeft = middle > PLANE * 0.2;
  const tailLeft = tail > PLANE * 0.8;
  const mark = (words: string, at: number, left: boolean, y: number): Markup =>
    all(
      el('line', { class: 'quantile', x1: percent(at), x2: percent(at), y1: 2, y2: HEIGHT }),
      el(
        'text',
        { class: 'note', x: percent(at), dx: left ? -4 : 4, y, 'text-anchor': left ? 'end' : 'start' },
        words,
      ),
    );
  return all(
    mark(`p50 ${msText(trend.med)}`, middle, middleLeft, middleLeft === tailLeft ? 24 : 10),
    mark(`p99 ${msText(trend.p99)}`, tail, tailLeft, 10),
  );
}

function bucketTable(drawn: readonly Drawn[]): Markup {
  const rows = drawn.flatMap((one) =>
    one.buckets.map((bucket) => [
      one.name,
      msText(bucket.fromMs),
      msText(bucket.toMs),
      countText(bucket.count),
    ]),
  );
  const heads = ['from', 'to', 'samples'].map((head) => ({ head, number: true }));
  return tableTwin('The histograms as a table', [{ head: 'latency' }, ...heads], rows);
}
