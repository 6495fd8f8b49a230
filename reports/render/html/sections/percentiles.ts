/** How bad, for how many? Latency by percentile on 1/(1−q), one labelled curve a metric. */

import type { RunRecord, Summary } from '../../../../harness/record/run-record.ts';
import { msText } from '../../figures.ts';
import { bareName, trendOf } from '../../metrics.ts';
import { comparisonOf } from '../../threshold-words.ts';
import { linePath, type Point } from '../chart/path.ts';
import { leftAxis, percent, plane, PLANE, plot, stroke } from '../chart/plot.ts';
import { decadeAbove, decadeBelow, logScale, type Scale } from '../chart/scale.ts';
import { logTicks } from '../chart/ticks.ts';
import { all, el, type Markup } from '../markup.ts';
import { card, nothing, section, tableTwin } from '../table.ts';
import { tickText } from '../timeline/push-lane.ts';

/** The latencies a report draws, each in its colour and its stroke. */
export const LATENCIES = [
  { metric: 'push_duration', name: 'push', colour: 'p99' },
  { metric: 'join_duration', name: 'join', colour: 'p50' },
  { metric: 'broadcast_latency', name: 'broadcast', colour: 'p999' },
] as const;

const HEIGHT = 224;

/** A curve ready to draw: [1/(1−q), ms], rising. */
export type Curve = { name: string; colour: string; points: [number, number][] };

/** The points of a distribution that a log axis can hold; the maximum (q = 1) has no place on it. */
export function curvePoints(percentiles: readonly (readonly [number, number])[]): [number, number][] {
  return percentiles
    .filter(([quantile, ms]) => quantile >= 0 && quantile < 1 && ms > 0 && Number.isFinite(ms))
    .map(([quantile, ms]): [number, number] => [1 / (1 - quantile), ms])
    .filter(([x]) => x <= 1e9);
}

function curvesOf(summary: Summary): Curve[] {
  return LATENCIES.map(({ metric, name, colour }) => {
    const percentiles = Object.hasOwn(summary.distributions, metric)
      ? summary.distributions[metric]?.percentiles
      : undefined;
    return { name, colour, points: curvePoints(percentiles ?? []) };
  }).filter((curve) => curve.points.length > 0);
}

/** The percentile section. */
export function percentilesSection({ summary }: RunRecord): Markup {
  const curves = curvesOf(summary);
  return section(
    'percentiles',
    'Latency by percentile',
    'ms, from the moment it was due',
    card(
      curves.length === 0 ? nothing('No distribution was recorded.') : percentilePlot(summary, curves),
      percentileTable(summary),
    ),
  );
}

function percentilePlot(summary: Summary, curves: readonly Curve[]): Markup {
  const xs = curves.flatMap((curve) => curve.points.map(([x]) => x));
  const ys = curves.flatMap((curve) => curve.points.map(([, y]) => y));
  const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
  const smallest = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
  const x = logScale(1, Math.max(100, largest(xs)), 0, PLANE);
  const y = logScale(decadeBelow(smallest(ys)), decadeAbove(largest(ys)), HEIGHT, 0);
  const points = (curve: Curve): Point[] => curve.points.map(([at, ms]) => [x.at(at), y.at(ms)]);
  return el(
    'div',
    { class: 'chart named' },
    plot(
      HEIGHT,
      `Latency by percentile of ${curves.map((curve) => curve.name).join(', ')}`,
      leftAxis(y, logTicks(y.from, y.to, 6), tickText),
      quantileAxis(x),
      plane(
        HEIGHT,
        all(...curves.map((curve) => stroke(`${curve.colour} curve-${curve.name}`, linePath(points(curve))))),
      ),
      curveNames(curves, x, y),
      failedDots(summary, x, y),
    ),
    el('div', { class: 'chart-axis' }, quantileNames(x)),
  );
}

/** Quantiles with a tick: the middle, then as many nines as the axis holds. */
const QUANTILES: readonly (readonly [number, string])[] = [
  [2, 'p50'],
  [10, 'p90'],
  [100, 'p99'],
  [1_000, 'p99.9'],
  [10_000, 'p99.99'],
  [100_000, 'p99.999'],
  [1_000_000, 'p99.9999'],
];

/** An axis of more decades than this has no room for a name at each. */
const MOST_DECADES = 7.5;

function shownQuantiles(x: Scale): (readonly [number, string])[] {
  const held = QUANTILES.filter(([at]) => at <= x.to * 1.001);
  if (Math.log10(x.to) <= MOST_DECADES) return held;
  return held.filter((_, index) => (held.length - 1 - index) % 2 === 0);
}

function quantileAxis(x: Scale): Markup {
  return all(
    ...shownQuantiles(x).map(([at]) =>
      el('line', { class: 'grid', x1: percent(x.at(at)), x2: percent(x.at(at)), y1: 0, y2: HEIGHT }),
    ),
  );
}

function quantileNames(x: Scale): Markup {
  const names = shownQuantiles(x).map(([at, text], index, shown) => {
    const place = x.at(at);
    const anchor = place > PLANE * 0.95 ? 'end' : 'middle';
    // Counted from the last one: on a narrow page every second name goes, never the far tail.
    const odd = (shown.length - 1 - index) % 2 === 1;
    return el(
      'text',
      { class: odd ? 'tick odd' : 'tick', x: percent(place), y: 16, 'text-anchor': anchor },
      text,
    );
  });
  return el('svg', { class: 'plot', width: '100%', height: 22, 'aria-hidden': 'true' }, ...names);
}

/** Names behind the curves' ends, pushed apart where ends lie together. */
function curveNames(curves: readonly Curve[], x: Scale, y: Scale): Markup {
  const ends = curves
    .map((curve) => {
      const [at, ms] = curve.points.at(-1) ?? [1, 1];
      return { curve, x: x.at(at), y: y.at(ms) };
    })
    .toSorted((a, b) => a.y - b.y);
  let floor = -Infinity;
  return all(
    ...ends.map((end) => {
      const at = Math.max(end.y + 4, floor + 15, 11);
      floor = at;
      return el(
        'text',
        { class: `curve-name ${end.curve.colour}`, x: percent(end.x), dx: 6, y: at },
        end.curve.name,
      );
    }),
  );
}

/** A dot on the curve for each threshold on a percentile that failed, with its words. */
function failedDots(summary: Summary, x: Scale, y: Scale): Markup {
  const dots = summary.thresholds.flatMap((threshold) => {
    const quantile = /^p\((\d+(?:\.\d+)?)\)$/.exec(comparisonOf(threshold.expression).statistic);
    const known = LATENCIES.some((one) => one.metric === bareName(threshold.metric));
    if (
      threshold.status !== 'fail' ||
      threshold.during !== 'all' ||
      !quantile ||
      !known ||
      threshold.actual === null
    )
      return [];
    const at = 1 / (1 - Math.min(0.999_999_999, Number(quantile[1]) / 100));
    return [
      {
        x: x.at(at),
        y: y.at(threshold.actual),
        words: `✕ p${quantile[1]} ${msText(threshold.actual)}`,
      },
    ];
  });
  return all(
    ...dots.slice(0, 3).map((dot) => {
      // Left of the dot and above its line no curve can be: they rise.
      const right = dot.x < PLANE * 0.35;
      const words = {
        class: 'limit-words',
        x: percent(dot.x),
        dx: right ? 10 : -10,
        y: Math.max(12, dot.y - 6),
      };
      return all(
        el('line', { class: 'limit', x1: 0, x2: percent(dot.x), y1: dot.y, y2: dot.y }),
        el('circle', { class: 'dot', cx: percent(dot.x), cy: dot.y, r: 4.5 }),
        el('text', { ...words, 'text-anchor': right ? 'start' : 'end' }, dot.words),
      );
    }),
  );
}

function percentileTable(summary: Summary): Markup {
  const heads = ['p50', 'p90', 'p95', 'p99', 'p99.9', 'max'].map((head) => ({ head, number: true }));
  const rows = LATENCIES.map(({ metric, name }) => {
    const trend = trendOf(summary, metric);
    const values = [trend?.med, trend?.p90, trend?.p95, trend?.p99, trend?.p999, trend?.max];
    return [name, ...values.map((value) => msText(value))];
  });
  return tableTwin('The percentiles as a table', [{ head: 'latency' }, ...heads], rows);
}
