import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Budget, BudgetStage } from './budget-stage.ts';
import { LateStage } from './late-stage.ts';
import { bandwidthPace, PacedStage, slicerPace } from './paced-stage.ts';
import type { Condition } from './rough-link.ts';
import { ShutStage } from './shut-stage.ts';
import type { StageTime } from './stage.ts';
import { bytesOf, LinkScene } from './testing/link-scene.ts';

const late = (time: StageTime, delayMs: number, jitterMs = 0, seed = 7): LateStage =>
  new LateStage(time, { delayMs, jitterMs, seed });
const narrow = (time: StageTime, bytesPerSecond: number): PacedStage =>
  new PacedStage(time, bandwidthPace(bytesPerSecond));
const sliced = (time: StageTime, bytes: number, delayMs: number): PacedStage =>
  new PacedStage(time, slicerPace(bytes, delayMs));

test('what is late is late by so much, each for itself', () => {
  const at = new LinkScene();
  at.out(late(at, 100));
  at.in(late(at, 30));
  at.send('a');
  at.advanceMs(40);
  at.send('b');
  at.say('x');
  at.advanceMs(500);
  assert.deepEqual(at.left, ['at 100: a', 'at 140: b']);
  assert.deepEqual(at.arrived, ['at 70: x']);
});

test('jitter spreads the delay around its middle by seed, and nobody overtakes', () => {
  const times = (seed: number): number[] => {
    const at = new LinkScene();
    at.out(late(at, 100, 50, seed));
    for (let n = 0; n < 200; n++) {
      at.send('x');
      at.advanceMs(200);
    }
    return at.left.map((one, n) => Number(/at ([\d.]+)/.exec(one)?.[1]) - n * 200);
  };
  const delays = times(7);
  assert.ok(
    delays.every((ms) => ms >= 50 && ms <= 151),
    delays.join(),
  );
  const mean = delays.reduce((sum, ms) => sum + ms, 0) / delays.length;
  assert.ok(Math.abs(mean - 100) < 10, `${mean}`);
  assert.deepEqual(times(7), delays);
  assert.notDeepEqual(times(8), delays);

  const at = new LinkScene();
  at.out(late(at, 100, 100));
  for (const letter of 'abcdefghij') at.send(letter);
  at.advanceMs(1_000);
  assert.equal(bytesOf(at.left), 'abcdefghij');
});

test('a narrow link passes so many bytes a second, however they come', () => {
  const at = new LinkScene();
  at.out(narrow(at, 1_000));
  at.send('x'.repeat(30));
  at.advanceMs(29);
  assert.equal(bytesOf(at.left).length, 0);
  at.advanceMs(1);
  assert.equal(bytesOf(at.left).length, 30);
  // Idle time is not saved up.
  at.advanceMs(10_000);
  at.send('y'.repeat(600));
  at.send('z'.repeat(600));
  at.advanceMs(500);
  assert.equal(bytesOf(at.left).length, 30 + 500);
  at.advanceMs(700);
  assert.equal(bytesOf(at.left).length, 30 + 1_200);
  assert.equal(at.wheel.size, 0);
});

test('a large read comes through in portions, not all at its end', () => {
  const at = new LinkScene();
  at.in(narrow(at, 1_000));
  at.say('x'.repeat(1_000));
  at.advanceMs(1_000);
  assert.deepEqual(
    at.arrived.map((one) => one.split(':')[0]),
    Array.from({ length: 20 }, (_, n) => `at ${(n + 1) * 50}`),
  );
});

test('a sliced link hands on pieces, the first at once and each later than the one before', () => {
  const at = new LinkScene();
  at.out(sliced(at, 3, 10));
  at.send('abcdefgh');
  at.send('ij');
  assert.deepEqual(at.left, ['at 0: abc']);
  at.advanceMs(100);
  assert.deepEqual(at.left, ['at 0: abc', 'at 10: def', 'at 20: gh', 'at 30: ij']);
});

test('what waits leaves at the lift, in order, and then the link is as it was', () => {
  const at = new LinkScene();
  const lift = at.roughen({ out: new ShutStage(at), in: new ShutStage(at), stopsReading: true });
  at.say('x');
  for (const letter of 'abc') at.send(letter);
  at.advanceMs(60_000);
  assert.deepEqual([at.left, at.arrived], [[], []]);
  assert.equal(at.link?.out.waitingBytes, 3);
  lift();
  assert.equal(bytesOf(at.left), 'abc');
  assert.equal(bytesOf(at.arrived), 'x');
  assert.equal(at.link, null);
  assert.equal(at.links.size, 0);
  lift();
  at.send('d');
  at.say('y');
  assert.deepEqual([bytesOf(at.left), bytesOf(at.arrived)], ['abcd', 'xy']);
});

test('what happens behind bytes happens behind them, however they are held up', () => {
  const at = new LinkScene();
  at.out(late(at, 50));
  at.out(sliced(at, 1, 10));
  at.send('abc');
  at.link?.out.take(() => at.left.push('gone'));
  at.advanceMs(1_000);
  assert.deepEqual(at.left, ['at 50: a', 'at 60: b', 'at 70: c', 'gone']);
});

test('two that overlap add up, and each lift takes away only its own', () => {
  const at = new LinkScene();
  const early = at.out(late(at, 100));
  const both = at.out(narrow(at, 100));
  at.send('0123456789');
  at.advanceMs(199);
  // 5 bytes to a portion of this link: the first is through after 50 ms of it.
  assert.deepEqual(at.left, ['at 150: 01234']);
  at.advanceMs(1);
  assert.equal(bytesOf(at.left), '0123456789');
  at.send('a');
  early();
  at.advanceMs(10);
  assert.equal(bytesOf(at.left), '0123456789a');
  both();
  at.send('b');
  assert.equal(at.left.at(-1), 'at 210: b');
  assert.equal(at.links.size, 0);
});

test('one that is lifted from between two others is passed by no more', () => {
  const at = new LinkScene();
  at.out(late(at, 100));
  const middle = at.out(new ShutStage(at));
  at.out(late(at, 10));
  at.send('a');
  at.advanceMs(200);
  middle();
  at.send('b');
  at.advanceMs(110);
  assert.deepEqual(at.left, ['at 210: a', 'at 310: b']);
});

test('a black hole stops what is under way on a late link, and the lift of one is not that of the other', () => {
  const at = new LinkScene();
  const latency = at.out(late(at, 100));
  at.send('a');
  at.advanceMs(50);
  const hole = at.out(new ShutStage(at));
  at.send('b');
  at.advanceMs(500);
  assert.deepEqual(at.left, []);
  latency();
  at.send('c');
  assert.deepEqual(at.left, []);
  hole();
  assert.deepEqual(at.left, ['at 550: a', 'at 550: b', 'at 550: c']);
});

test('reading is stopped as long as anybody wants it stopped', () => {
  const at = new LinkScene();
  const one = at.roughen({ stopsReading: true });
  const other = at.roughen({ stopsReading: true });
  at.say('a');
  one();
  assert.deepEqual(at.arrived, []);
  other();
  assert.deepEqual(at.arrived, ['at 0: a']);
});

test('who reads nothing hears what has been read before, and what it sends goes out', () => {
  const at = new LinkScene();
  at.in(late(at, 100));
  at.say('a');
  const lift = at.roughen({ stopsReading: true });
  at.say('b');
  at.send('c');
  at.advanceMs(1_000);
  assert.deepEqual([at.arrived, at.left], [['at 100: a'], ['at 0: c']]);
  lift();
  at.advanceMs(1_000);
  assert.deepEqual(at.arrived, ['at 100: a', 'at 1100: b']);
});

test('a full link is not read from until half of it has come through', () => {
  const at = new LinkScene();
  const lift = at.in(narrow(at, 64_000));
  at.say(Buffer.alloc(65_536, 'x'));
  assert.equal(at.isReading, false);
  at.say('y');
  at.advanceMs(500);
  assert.equal(at.isReading, false);
  at.advanceMs(50);
  assert.equal(at.isReading, true);
  at.say(Buffer.alloc(65_536, 'z'));
  assert.equal(at.isReading, false);
  lift();
  assert.equal(at.isReading, true);
  assert.equal(bytesOf(at.arrived), `${'x'.repeat(65_536)}y${'z'.repeat(65_536)}`);
});

test('after so many bytes both ways the link is cut, in the middle of a frame if need be, and not within the send', () => {
  const at = new LinkScene();
  const budget = new Budget(at, 10);
  at.roughen({ out: new BudgetStage(at, budget), in: new BudgetStage(at, budget) });
  at.send('abcd');
  at.say('xyz');
  at.send('efghi');
  at.say('lost');
  assert.deepEqual([bytesOf(at.left), bytesOf(at.arrived)], ['abcdefg', 'xyz']);
  assert.deepEqual(at.cuts, []);
  at.advanceMs(1);
  assert.deepEqual(at.cuts, ['reset by a fault']);
  assert.equal(at.links.size, 0);
  assert.equal(at.wheel.size, 0);
});

test('a cut is not put off by what is sent meanwhile, and not made when the connection is gone', () => {
  for (const isGone of [false, true]) {
    const at = new LinkScene();
    const budget = new Budget(at, 1);
    at.roughen({ out: new BudgetStage(at, budget), in: new BudgetStage(at, budget) });
    at.send('ab');
    if (isGone) at.link?.end();
    assert.equal(at.wheel.size, isGone ? 0 : 1);
    at.advanceMs(0.5);
    at.send('c');
    at.advanceMs(0.5);
    assert.deepEqual(at.cuts, isGone ? [] : ['reset by a fault']);
    assert.equal(at.wheel.size, 0);
  }
});

test('a cut that is due comes even when the fault is lifted first', () => {
  const at = new LinkScene();
  const budget = new Budget(at, 1);
  const lift = at.roughen({ out: new BudgetStage(at, budget), in: new BudgetStage(at, budget) });
  at.send('ab');
  lift();
  at.advanceMs(1);
  assert.deepEqual(at.cuts, ['reset by a fault']);
});

test('when the connection is gone nothing that waits goes anywhere', () => {
  const at = new LinkScene();
  at.out(late(at, 100));
  at.in(sliced(at, 1, 10));
  at.send('abc');
  at.say('xyz');
  at.link?.end();
  at.advanceMs(1_000);
  assert.deepEqual([at.left, at.arrived], [[], ['at 0: x']]);
  assert.equal(at.links.size, 0);
  assert.equal(at.wheel.size, 0);
});

test('a client that is handed something may have the fault lifted, and still hears all in order', () => {
  const at = new LinkScene();
  const lift = at.in(late(at, 100));
  for (const letter of 'abc') at.say(letter);
  at.onArrive = () => lift();
  at.advanceMs(100);
  assert.equal(bytesOf(at.arrived), 'abc');
  assert.equal(at.links.size, 0);
});

test('a client that ends the connection at what it is handed hears no more', () => {
  const at = new LinkScene();
  at.in(late(at, 100));
  for (const letter of 'abc') at.say(letter);
  at.onArrive = () => at.reset('enough');
  at.advanceMs(1_000);
  assert.equal(bytesOf(at.arrived), 'a');
});

test('frames pass the filters in turn, and one that is thrown away is gone', () => {
  const at = new LinkScene();
  const lift = at.roughen({ filter: (frame) => (frame[0] === 0x62 ? null : frame) });
  at.roughen({ filter: (frame) => Buffer.from(`<${frame.toString()}>`) });
  for (const letter of 'abc') at.send(letter);
  lift();
  at.send('b');
  assert.equal(bytesOf(at.left), '<a><c><b>');
});

/** What a random run may do. */
type Step =
  | { kind: 'send'; bytes: number }
  | { kind: 'say'; bytes: number }
  | { kind: 'inject'; what: number; amount: number }
  | { kind: 'lift'; which: number }
  | { kind: 'advance'; ms: number };

const CONDITIONS: ((at: LinkScene, amount: number) => Condition)[] = [
  (at, n) => ({ out: late(at, n, n, n), in: late(at, 2 * n) }),
  (at, n) => ({ out: narrow(at, 10 * n), in: narrow(at, 100 * n) }),
  (at, n) => ({ out: sliced(at, n, n), in: sliced(at, 1 + (n % 7), 1) }),
  () => ({ stopsReading: true }),
  (at) => ({ out: new ShutStage(at), in: new ShutStage(at), stopsReading: true }),
  (at, n) => ({ in: late(at, n, 0) }),
];

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), bytes: fc.nat(300) }),
  fc.record({ kind: fc.constant('say' as const), bytes: fc.nat(300) }),
  fc.record({
    kind: fc.constant('inject' as const),
    what: fc.nat(CONDITIONS.length - 1),
    amount: fc.integer({ min: 1, max: 400 }),
  }),
  fc.record({ kind: fc.constant('lift' as const), which: fc.nat(3) }),
  fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 700 }) }),
);

test('whatever goes wrong and right again in whatever order, every byte comes once, in order, and none stays', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const at = new LinkScene();
      const lifts: (() => void)[] = [];
      let sent = '';
      let said = '';
      const next = (bytes: number, before: string): string =>
        Array.from({ length: bytes }, (_, n) => String.fromCodePoint(97 + ((before.length + n) % 26))).join(
          '',
        );
      // A client answers to some of what it hears, and looks after its timers meanwhile.
      at.onArrive = (bytes) => {
        at.wheel.poke(at.clock.nowUs());
        if (!bytes.includes('q')) return;
        const answer = next(3, sent);
        sent += answer;
        at.send(answer);
      };
      for (const one of steps) {
        if (one.kind === 'send') {
          const bytes = next(one.bytes, sent);
          sent += bytes;
          at.send(bytes);
        } else if (one.kind === 'say') {
          const bytes = next(one.bytes, said);
          said += bytes;
          at.say(bytes);
        } else if (one.kind === 'inject') {
          const condition = CONDITIONS[one.what]?.(at, one.amount);
          if (condition) lifts.push(at.roughen(condition));
        } else if (one.kind === 'lift') {
          lifts.splice(one.which, 1)[0]?.();
        } else if (one.kind === 'advance') at.advanceMs(one.ms);
        assert.ok(sent.startsWith(bytesOf(at.left)));
        assert.ok(said.startsWith(bytesOf(at.arrived)));
      }
      for (const lift of lifts) lift();
      assert.equal(bytesOf(at.left), sent);
      assert.equal(bytesOf(at.arrived), said);
      assert.deepEqual([at.link, at.links.size, at.wheel.size, at.isReading], [null, 0, 0, true]);
    }),
    { numRuns: 100 },
  );
});
