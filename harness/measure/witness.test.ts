import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Witness, type Tally } from './witness.ts';

function totals(tallies: readonly Tally[]): Record<string, number> {
  const sum = { expected: 0, received: 0, missing: 0, duplicate: 0, reordered: 0 };
  for (const tally of tallies) {
    sum.expected += tally.sure + tally.unsureReceived;
    sum.received += tally.sureReceived + tally.unsureReceived;
    sum.missing += tally.sure - tally.sureReceived;
    sum.duplicate += tally.duplicate;
    sum.reordered += tally.reordered;
  }
  return sum;
}

/** One publisher's broadcasts on one topic, by hand. */
function scene(subscribers: number): {
  witness: Witness;
  slots: number[];
  broadcast: (sequence: number, dueUs: number) => Tally;
  receive: (sequence: number, slot: number, nowUs?: number) => boolean;
} {
  const witness = new Witness();
  const topic = witness.topic('lobby');
  const slots = Array.from({ length: subscribers }, () => topic.subscribe(0));
  const dues = new Map<number, number>();
  return {
    witness,
    slots,
    broadcast: (sequence, dueUs) => {
      dues.set(sequence, dueUs);
      return topic.tallyOf(5, sequence, 'shout', dueUs);
    },
    receive: (sequence, slot, nowUs = 1e6) =>
      topic.receive(topic.tallyOf(5, sequence, 'shout', dues.get(sequence) ?? 0), slot, nowUs),
  };
}

test('expects a broadcast of everyone who had joined before it was due and is still there', () => {
  const witness = new Witness();
  const topic = witness.topic('lobby');
  const early = topic.subscribe(10);
  const left = topic.subscribe(10);
  topic.unsubscribe(left, 50);
  const later = topic.subscribe(80);
  const before = topic.tallyOf(0, 0, 'shout', 49);
  const between = topic.tallyOf(0, 1, 'shout', 60);
  const onTheDot = topic.tallyOf(0, 2, 'shout', 80);
  assert.deepEqual([before.sure, between.sure, onTheDot.sure], [1, 1, 2]);
  for (const slot of [early, later]) topic.receive(onTheDot, slot, 90);
  assert.deepEqual([onTheDot.sureReceived, onTheDot.firstUs, onTheDot.lastUs], [2, 90, 90]);
  // Joined in that very moment: it counts as expected because it came.
  topic.receive(between, later, 95);
  assert.deepEqual([between.sureReceived, between.unsureReceived], [0, 1]);
});

test('who leaves while a broadcast is under way expects it only if it came', () => {
  const { witness, slots, broadcast, receive } = scene(3);
  const topic = witness.topic('lobby');
  const tally = broadcast(0, 10);
  const long = broadcast(1, 20);
  witness.takeChanged();
  receive(0, slots[0]!);
  topic.unsubscribe(slots[0]!, 5e6);
  topic.unsubscribe(slots[1]!, 5e6);
  assert.deepEqual([tally.sure, tally.sureReceived, long.sure], [2, 1, 1]);
  assert.deepEqual(witness.takeChanged().length, 2);
  // Ten seconds after it was due it is no longer under way: it is missing.
  topic.unsubscribe(slots[2]!, 20e6);
  assert.deepEqual([tally.sure, long.sure], [2, 1]);
});

test('who comes after one that left has its place, and nothing of what that one had seen', () => {
  const { witness, slots, broadcast, receive } = scene(2);
  const topic = witness.topic('lobby');
  broadcast(0, 10);
  for (const slot of slots) receive(0, slot);
  topic.unsubscribe(slots[0]!, 20);
  assert.equal(topic.subscribe(30), slots[0]);
  assert.equal(receive(0, slots[0]!), true);
  assert.deepEqual([broadcast(0, 10).duplicate, broadcast(0, 10).unsureReceived], [0, 1]);
});

test('100,000 subscribers of eight publishers cost less than 200 bytes each, of one 40', () => {
  const topic = new Witness().topic('lobby');
  for (let i = 0; i < 100_000; i++) topic.subscribe(0);
  topic.tallyOf(0, 0, 'shout', 1);
  assert.ok(topic.bytes / 100_000 < 40, `${topic.bytes / 100_000}`);
  for (let publisher = 1; publisher < 8; publisher++) topic.tallyOf(publisher, 0, 'shout', 1);
  assert.ok(topic.bytes / 100_000 < 200, `${topic.bytes / 100_000}`);
});

test('a broadcast nobody received is expected all the same, once it was learnt of', () => {
  const { witness, slots } = scene(3);
  witness.learn('lobby', 'shout', 5, 0, 10);
  witness.learn('lobby', 'shout', 5, 0, 10);
  const [tally, ...others] = witness.takeChanged();
  assert.deepEqual([tally?.sure, tally?.sureReceived, others.length], [slots.length, 0, 0]);
  assert.equal(witness.waiting(0), 1);
  assert.equal(witness.waiting(11), 0);
});

test('a tally is handed out once for each time it changed', () => {
  const { witness, slots, broadcast, receive } = scene(2);
  broadcast(0, 10);
  assert.equal(witness.takeChanged().length, 1);
  assert.equal(witness.takeChanged().length, 0);
  receive(0, slots[0]!);
  receive(0, slots[1]!);
  assert.equal(witness.takeChanged().length, 1);
  assert.equal(witness.waiting(0), 0);
});

test('knows doubles and late ones apart for 64 broadcasts back', () => {
  const { slots, broadcast, receive } = scene(1);
  for (let sequence = 0; sequence <= 100; sequence++) broadcast(sequence, 10);
  const slot = slots[0]!;
  for (let sequence = 0; sequence <= 100; sequence += 2) assert.equal(receive(sequence, slot), true);
  for (let sequence = 36; sequence <= 100; sequence += 2) assert.equal(receive(sequence, slot), false);
  for (let sequence = 37; sequence < 100; sequence += 2) {
    assert.equal(receive(sequence, slot), true);
    assert.equal(receive(sequence, slot), false);
  }
  assert.equal(broadcast(99, 10).reordered, 1);
  assert.equal(broadcast(99, 10).duplicate, 1);
  assert.equal(broadcast(100, 10).reordered, 0);
});

test('publishers and topics do not disturb each other', () => {
  const witness = new Witness();
  const [a, b] = [witness.topic('a'), witness.topic('b')];
  const [slotA, slotB] = [a.subscribe(0), b.subscribe(0)];
  for (const publisher of [1, 2]) {
    assert.equal(a.receive(a.tallyOf(publisher, 0, 'shout', 1), slotA, 2), true);
    assert.equal(b.receive(b.tallyOf(publisher, 0, 'shout', 1), slotB, 2), true);
  }
  assert.deepEqual(totals(witness.takeChanged()), {
    expected: 4,
    received: 4,
    missing: 0,
    duplicate: 0,
    reordered: 0,
  });
});

test('more subscribers than there was room for keep what they had received', () => {
  const { witness, slots, broadcast, receive } = scene(60);
  broadcast(0, 10);
  for (const slot of slots) receive(0, slot);
  const topic = witness.topic('lobby');
  const more = Array.from({ length: 200 }, () => topic.subscribe(20));
  for (const slot of slots) assert.equal(receive(0, slot), false);
  broadcast(1, 30);
  for (const slot of [...slots, ...more]) assert.equal(receive(1, slot), true);
  assert.equal(broadcast(1, 30).sureReceived, 260);
  assert.equal(broadcast(1, 30).reordered, 0);
});

test('whatever is joined, left, delivered, doubled and reordered, the books balance as a naive count does', () => {
  const step = fc.oneof(
    { weight: 1, arbitrary: fc.record({ do: fc.constant('join' as const), who: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), who: fc.nat(5) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('publish' as const), who: fc.nat(1) }) },
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant('deliver' as const), who: fc.nat(5), which: fc.nat(99) }),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const witness = new Witness();
      const topic = witness.topic('lobby');
      type Seat = { slot: number; fromUs: number; untilUs: number; got: string[]; high: number[] };
      const seats: Seat[] = [];
      const present: (Seat | undefined)[] = [];
      const published: { publisher: number; sequence: number; dueUs: number }[] = [];
      const next = [0, 0];
      let doubles = 0;
      let late = 0;
      let nowUs = 0;
      for (const one of steps) {
        nowUs += 10;
        if (one.do === 'join' && !present[one.who]) {
          const seat = {
            slot: topic.subscribe(nowUs),
            fromUs: nowUs,
            untilUs: Infinity,
            got: [],
            high: [-1, -1],
          };
          seats.push(seat);
          present[one.who] = seat;
        } else if (one.do === 'leave') {
          const seat = present[one.who];
          if (!seat) continue;
          topic.unsubscribe(seat.slot, nowUs);
          seat.untilUs = nowUs;
          present[one.who] = undefined;
        } else if (one.do === 'publish') {
          const broadcast = { publisher: one.who, sequence: next[one.who]!++, dueUs: nowUs };
          published.push(broadcast);
          witness.learn('lobby', 'shout', broadcast.publisher, broadcast.sequence, nowUs);
        } else if (one.do === 'deliver') {
          const seat = present[one.who];
          const broadcast = published[one.which % Math.max(1, published.length)];
          if (!seat || !broadcast || next[broadcast.publisher]! - broadcast.sequence > 60) continue;
          const { publisher, sequence, dueUs } = broadcast;
          const key = `${publisher}/${sequence}`;
          const isDouble = seat.got.includes(key);
          if (isDouble) doubles += 1;
          else {
            seat.got.push(key);
            if (sequence < seat.high[publisher]!) late += 1;
            seat.high[publisher] = Math.max(seat.high[publisher]!, sequence);
          }
          const tally = topic.tallyOf(publisher, sequence, 'shout', dueUs);
          assert.equal(topic.receive(tally, seat.slot, nowUs), !isDouble);
        }
      }
      let received = 0;
      let missing = 0;
      for (const { publisher, sequence, dueUs } of published) {
        for (const seat of seats) {
          const got = seat.got.includes(`${publisher}/${sequence}`);
          // All of it happens within ten seconds: whoever has left may have left before it came.
          const wanted = seat.fromUs <= dueUs && seat.untilUs === Infinity;
          received += got ? 1 : 0;
          missing += wanted && !got ? 1 : 0;
        }
      }
      assert.deepEqual(totals(witness.takeChanged()), {
        expected: received + missing,
        received,
        missing,
        duplicate: doubles,
        reordered: late,
      });
    }),
    { numRuns: 300 },
  );
});
