import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../otp/manual-clock.ts';
import { beat } from './beat.ts';
import { pour } from './pour.ts';
import { Spread } from './spread.ts';

function spread(clock: ManualClock, places: readonly number[], into: string[]): Spread<number> {
  const items = places.map((place) => ({ item: place, place }));
  return new Spread(clock, 1_000, items, (place) => into.push(`${place} at ${clock.nowMs()}`));
}

test('each thing has its turn at its place, never sooner than 10 ms after the last', async () => {
  const clock = new ManualClock();
  const acted: string[] = [];
  spread(clock, [0.5, 0, 0.002, 0.25, 0.251], acted);
  await clock.advance(1_000);
  assert.deepEqual(acted, ['0 at 10', '0.002 at 10', '0.25 at 250', '0.251 at 260', '0.5 at 500']);
  assert.equal(clock.pending, 0);
});

test('what is left can be called off, or be done at once', async () => {
  const clock = new ManualClock();
  const acted: string[] = [];
  const [stopped, finished] = [spread(clock, [0.1, 0.5], acted), spread(clock, [0.2, 0.6, 0.7], acted)];
  await clock.advance(300);
  stopped.stop();
  finished.finish();
  assert.deepEqual(acted, ['0.1 at 100', '0.2 at 200', '0.6 at 300', '0.7 at 300']);
  await clock.advance(1_000);
  assert.deepEqual([acted.length, clock.pending], [4, 0]);
});

test('a beat counts from beat to beat, also when one was late', async () => {
  const clock = new ManualClock();
  const beats: number[] = [];
  const stop = beat(clock, 100, () => {
    beats.push(clock.nowMs());
    if (beats.length === 2) clock.spend(70);
    if (beats.length === 4) stop();
  });
  await clock.advance(1_000);
  assert.deepEqual([beats, clock.pending], [[100, 200, 300, 400], 0]);
});

test('a pour deals what is due by the time, also what a late drop has missed', async () => {
  const clock = new ManualClock();
  const dealt: Array<readonly [number, number]> = [];
  const stop = pour(clock, 25, (from, until) => void dealt.push([from, until]));
  await clock.advance(200);
  clock.spend(350);
  await clock.advance(0);
  stop();
  assert.deepEqual(dealt, [
    [0, 2],
    [2, 5],
    [5, 13],
  ]);
});
