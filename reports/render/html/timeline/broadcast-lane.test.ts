import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunRecord } from '../../../../harness/record/run-record.ts';
import { sampleRecord } from '../../testing/sample-record.ts';
import { vastRecord } from '../../testing/vast-record.ts';
import { broadcastLane } from './broadcast-lane.ts';
import { timelineOf } from './columns.ts';
import { type Lane, timeScale } from './lane.ts';

function laneOf(record: RunRecord): Lane {
  const timeline = timelineOf(record);
  const lane = broadcastLane({ record, timeline, spans: [], x: timeScale(timeline) });
  assert.ok('markup' in lane);
  return lane;
}

/** Height of each bar on a lane of 72, from the boxes of its one path. */
function heightsOf(markup: string): number[] {
  const path = /class="bars clients" d="([^"]*)"/.exec(markup)?.[1] ?? '';
  return [...path.matchAll(/v([\d.]+)h/g)].map((match) => Number(match[1]));
}

test('cuts bars that would flatten the others, marks each, and says so with the true length', () => {
  const { markup } = laneOf(vastRecord()).markup;
  const heights = heightsOf(markup);
  const steady = heights[0] ?? 0;
  assert.ok(steady > 18 && steady < 24, `0.9 s is ${steady} high`);
  assert.ok(
    heights.some((height) => height > 40 && height < 55),
    '2 s cannot be told from 0.9 s',
  );
  const cut = heights.filter((height) => height > 70).length;
  const tips = /class="cut clients" d="([^"]*)"/.exec(markup)?.[1] ?? '';
  assert.ok(cut > 1);
  assert.equal(tips.match(/z/g)?.length, cut);
  assert.match(markup, /first → last, s; bars over 3 s are cut/);
  assert.match(markup, />15\.\d s<\/text>/);
});

test('reads the true length under the cursor where the bar is cut', () => {
  const [reading] = laneOf(vastRecord()).readings;
  assert.ok(reading?.values.some((text) => /^20 ms → 15(\.\d)? s, \d+ missing$/.test(text)));
});

test('cuts nothing in a run without such bars', () => {
  const { markup } = laneOf(sampleRecord()).markup;
  assert.doesNotMatch(markup, /class="cut|are cut/);
});
