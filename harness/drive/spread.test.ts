import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import { TimerWheel, WheelTimer } from '../base/timer-wheel.ts';
import { spread } from './spread.ts';

class Due extends WheelTimer {
  readonly #act: () => void;
  constructor(act: () => void) {
    super();
    this.#act = act;
  }
  expire(): void {
    this.#act();
  }
}

const many = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function scene() {
  const clock = new ManualClock(1_000_000);
  return { clock, wheel: new TimerWheel(clock) };
}

test('few things are done at once', () => {
  const done: number[] = [];
  void spread(scene(), many(1_000), (one) => void done.push(one));
  assert.deepEqual(done, many(1_000));
});

test('what takes long is done in order, one slice a turn, and what falls due meanwhile is not late', async () => {
  // The wheel's own alarm never comes while we work: only a poke can be in time.
  let nowUs = 0;
  const clock = { nowUs: () => nowUs, at: () => ({ cancel: () => {} }), wallMs: () => 0 };
  const wheel = new TimerWheel(clock);
  let lateUs = -1;
  wheel.arm(new Due(() => (lateUs = nowUs - 30_000)), 30_000);
  const done: number[] = [];
  const turns: number[] = [];
  let isOver = false;
  const turn = (): void => {
    turns.push(done.length);
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await spread({ clock, wheel }, many(1_000), (one) => {
    nowUs += 100;
    done.push(one);
  });
  isOver = true;
  assert.deepEqual(done, many(1_000));
  assert.ok(turns.length >= 3 && new Set(turns).size >= 3, turns.join());
  assert.ok(lateUs >= 0 && lateUs < 64 * 100, `${lateUs} us late`);
});

test('a turn that took long earns a longer slice, up to half of the time', async () => {
  const slices: number[] = [];
  let nowUs = 0;
  let startUs = 0;
  const clock = { nowUs: () => nowUs, at: () => ({ cancel: () => {} }), wallMs: () => 0 };
  const wheel = new TimerWheel(clock);
  let isOver = false;
  let turnUs = 1_000;
  const turn = (): void => {
    if (isOver) return;
    slices.push(nowUs - startUs);
    nowUs += turnUs;
    startUs = nowUs;
    turnUs *= 4;
    setImmediate(turn);
  };
  // Before that of the slices: each turn takes its time first.
  setImmediate(turn);
  await spread({ clock, wheel }, many(3_000), () => (nowUs += 100));
  isOver = true;
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = slices;
  for (const short of [first, second, third]) assert.ok(short >= 20_000 && short < 27_000, slices.join());
  assert.ok(fourth > 30_000 && fourth < 39_000, slices.join());
  assert.ok(fifth >= 64_000 && fifth < 71_000, slices.join());
});

test('stops without a word once it is over', async () => {
  let nowUs = 0;
  const clock = { nowUs: () => nowUs, at: () => ({ cancel: () => {} }), wallMs: () => 0 };
  let done = 0;
  const act = (): void => {
    nowUs += 100;
    done += 1;
  };
  await spread({ clock, wheel: new TimerWheel(clock) }, many(10_000), act, () => done > 500);
  assert.ok(done > 500 && done <= 576, `${done}`);
});
