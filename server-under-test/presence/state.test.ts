import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Entry } from './entry.ts';
import { joinSlices, type Slice } from './slice.ts';
import { PresenceState, type Diff } from './state.ts';

const TOPIC = 't';

function keysOf(state: PresenceState, topic = TOPIC): string[] {
  return state
    .list(topic)
    .map((entry) => `${entry.key}/${entry.replica.name}:${entry.clock}`)
    .toSorted();
}

function keys(entries: readonly Entry[]): string[] {
  return entries.map((entry) => entry.key).toSorted();
}

/** Replicas that know each other. */
function group(...names: string[]): PresenceState[] {
  const states = names.map((name) => new PresenceState(name));
  for (const state of states) for (const name of names) state.replicaUp(name);
  return states;
}

function pair(): [PresenceState, PresenceState] {
  const [a, b] = group('a', 'b');
  if (a === undefined || b === undefined) throw new Error('two were asked for');
  return [a, b];
}

function delta(state: PresenceState): Slice {
  const slice = state.takeDelta();
  assert.ok(slice !== null);
  return JSON.parse(JSON.stringify(slice)) as Slice;
}

/** `to` asks `from` for all it lacks. */
function repair(to: PresenceState, from: PresenceState): Diff {
  return to.merge(JSON.parse(JSON.stringify(from.slicesFor(to.replica, to.clocks()))) as Slice[]);
}

test('a delta carries joins and leaves, and nothing happened is no delta', () => {
  const [a, b] = pair();
  const x = a.join(TOPIC, 'x', { n: 1 });
  a.join(TOPIC, 'y', {});
  assert.deepEqual(keys(b.merge([delta(a)]).joins), ['x', 'y']);
  assert.equal(a.takeDelta(), null);
  a.leave(x);
  a.join('other', 'z', {});
  const { joins, leaves } = b.merge([delta(a)]);
  assert.deepEqual([keys(joins), keys(leaves), keysOf(b)], [['z'], ['x'], ['y/a:2']]);
  assert.deepEqual([b.rows, b.bytes], [a.rows, a.bytes]);
});

test('who came and went within one period is not mentioned, and cannot come back', () => {
  const [a, b] = pair();
  const early = a.join(TOPIC, 'x', {});
  const late = delta(a);
  a.leave(early);
  const leave = delta(a);
  a.leave(a.join(TOPIC, 'brief', {}));
  const silent = delta(a);
  assert.deepEqual(silent.values, []);
  for (const slice of [silent, leave, late]) b.merge([slice]);
  assert.deepEqual([keysOf(b), b.rows, b.bytes], [[], 0, 0]);
});

test('a replaced entry survives the removal of what it replaced: add wins', () => {
  const [a, b] = pair();
  const first = a.join(TOPIC, 'x', { n: 1 });
  const added = delta(a);
  a.replace(first, { n: 2 });
  const replaced = delta(a);
  for (const order of [
    [added, replaced],
    [replaced, added],
    [replaced, added, replaced],
  ]) {
    const [, fresh] = pair();
    for (const slice of order) fresh.merge([slice]);
    assert.deepEqual(
      fresh.list(TOPIC).map(({ meta }) => meta),
      [{ n: 2 }],
    );
  }
  b.merge([added]);
  const { joins, leaves } = b.merge([replaced]);
  assert.deepEqual([joins[0]?.meta, leaves[0]?.meta], [{ n: 2 }, { n: 1 }]);
});

test('a gap keeps the clock back until what was lost arrives, and no longer', () => {
  const [a, b] = pair();
  const lost = a.join(TOPIC, 'lost', {});
  a.join(TOPIC, 'late', {});
  const first = delta(a);
  a.join(TOPIC, 'second', {});
  b.merge([delta(a)]);
  assert.deepEqual([keysOf(b), new Map(b.clocks()).get('a')], [['second/a:3'], 0]);
  a.leave(lost);
  b.merge([delta(a)]);
  // That the first event came to nothing is all there is to know of it; the second is still missing.
  assert.deepEqual([keysOf(b), new Map(b.clocks()).get('a')], [['second/a:3'], 1]);
  b.merge([first]);
  assert.deepEqual([keysOf(b), new Map(b.clocks()).get('a')], [keysOf(a), 4]);
});

test('a lost replacement is still missed when the end of what it added arrives', () => {
  const [a, b] = pair();
  const first = a.join(TOPIC, 'x', {});
  b.merge([delta(a)]);
  const second = a.replace(first, {});
  a.takeDelta();
  a.leave(second);
  b.merge([delta(a)]);
  assert.deepEqual(keysOf(b), ['x/a:1']);
  assert.deepEqual([keys(repair(b, a).leaves), keysOf(b)], [['x'], []]);
});

test('a node that missed a little gets the deltas it missed, a new one the whole state', () => {
  const [a, b] = pair();
  for (const key of ['1', '2', '3']) a.join(TOPIC, key, {});
  b.merge([delta(a)]);
  a.join(TOPIC, '4', {});
  a.takeDelta();
  a.join(TOPIC, '5', {});
  a.takeDelta();
  const [missed] = a.slicesFor('b', b.clocks());
  assert.deepEqual([missed?.from, missed?.to, missed?.values.length], [3, 5, 2]);
  const [whole] = a.slicesFor('c', [['a', 0]]);
  assert.deepEqual([whole?.from, whole?.to, whole?.values.length], [0, 5, 5]);
  a.join(TOPIC, 'next delta', {});
  assert.deepEqual(a.slicesFor('b', [['a', 5]]), []);
});

test('a third node relays what two others cannot tell each other, but only of replicas that are known', () => {
  const [a, b, c] = group('a', 'b', 'c');
  if (a === undefined || b === undefined || c === undefined) return assert.fail();
  a.join(TOPIC, 'x', {});
  b.merge([delta(a)]);
  repair(c, b);
  assert.deepEqual(keysOf(c), keysOf(a));
  const stranger = new PresenceState('d');
  repair(stranger, b);
  assert.deepEqual(keysOf(stranger), []);
  stranger.replicaUp('a');
  repair(stranger, b);
  assert.deepEqual(keysOf(stranger), keysOf(a));
});

test('down hides, up shows again, and what changes meanwhile is reported to nobody', () => {
  const [a, b] = pair();
  a.join(TOPIC, 'x', {});
  b.merge([delta(a)]);
  assert.deepEqual([keys(b.replicaDown('a')), keysOf(b), b.replicaDown('a')], [['x'], [], []]);
  a.join(TOPIC, 'y', {});
  assert.deepEqual(b.merge([delta(a)]), { joins: [], leaves: [] });
  assert.deepEqual([keys(b.replicaUp('a')), keysOf(b), b.replicaUp('a')], [['x', 'y'], keysOf(a), []]);
});

test('a forgotten replica leaves nothing behind and is not resurrected by others', () => {
  const [a, b, c] = group('a', 'b', 'c');
  if (a === undefined || b === undefined || c === undefined) return assert.fail();
  b.join(TOPIC, 'mine', {});
  a.join(TOPIC, 'x', {});
  const slice = delta(a);
  b.merge([slice]);
  c.merge([slice]);
  b.replicaDown('a');
  b.forget('a');
  assert.deepEqual([keysOf(b), b.rows], [['mine/b:1'], 1]);
  repair(b, c);
  b.merge([slice]);
  assert.deepEqual([keysOf(b), b.rows], [['mine/b:1'], 1]);
});

type Act = {
  readonly at: number;
  readonly do: 'join' | 'leave' | 'replace' | 'flush';
  readonly pick: number;
};

const acts = fc.array(
  fc.record<Act>({
    at: fc.nat(2),
    do: fc.constantFrom('join', 'join', 'leave', 'replace', 'flush'),
    pick: fc.nat(50),
  }),
  { maxLength: 60, size: 'max' },
);

/** Plays a history on three replicas; what each has to tell, period by period. */
function play(history: readonly Act[], states: readonly PresenceState[]): Slice[][] {
  const held: Entry[][] = states.map(() => []);
  const deltas: Slice[][] = states.map(() => []);
  const flush = (at: number): void => {
    const slice = states[at]?.takeDelta() ?? null;
    if (slice !== null) deltas[at]?.push(JSON.parse(JSON.stringify(slice)) as Slice);
  };
  for (const act of history) {
    const [state, mine] = [states[act.at], held[act.at]];
    if (state === undefined || mine === undefined) continue;
    const victim = mine[act.pick % Math.max(1, mine.length)];
    if (act.do === 'flush') flush(act.at);
    else if (act.do === 'join') mine.push(state.join(TOPIC, `k${act.pick % 5}`, { pick: act.pick }));
    else if (victim !== undefined) {
      mine.splice(mine.indexOf(victim), 1);
      if (act.do === 'leave') state.leave(victim);
      else mine.push(state.replace(victim, { again: act.pick }));
    }
  }
  states.forEach((_state, at) => flush(at));
  return deltas;
}

/** Every delta kept, grouped with its neighbour, doubled or lost, as drawn; then shuffled. */
function deliveries(deltas: readonly Slice[], fates: readonly number[], shuffle: readonly number[]): Slice[] {
  const sent: Slice[] = [];
  deltas.forEach((slice, index) => {
    const fate = (fates[index % Math.max(1, fates.length)] ?? 0) % 5;
    const next = deltas[index + 1];
    if (fate === 1) return;
    sent.push(slice);
    if (fate === 2) sent.push(slice);
    const joined = fate === 3 && next !== undefined ? joinSlices(slice, next) : null;
    if (joined !== null) sent.push(joined);
  });
  return sent
    .map((slice, index) => ({ slice, rank: shuffle[index % Math.max(1, shuffle.length)] ?? 0 }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ slice }) => slice);
}

test('replicas converge whatever is reordered, doubled, grouped or lost, and diffs compose to what shows', () => {
  fc.assert(
    fc.property(
      acts,
      fc.array(fc.nat(), { maxLength: 9 }),
      fc.array(fc.nat(), { maxLength: 30 }),
      (history, fates, ranks) => {
        const names = ['a', 'b', 'c'];
        const states = group(...names);
        const deltas = play(history, states);
        const truth = states.flatMap((state) => keysOf(state)).toSorted();
        states.forEach((state, at) => {
          const shown = new Set(keysOf(state));
          const apply = ({ joins, leaves }: Diff): void => {
            for (const { key, replica, clock } of joins) shown.add(`${key}/${replica.name}:${clock}`);
            for (const { key, replica, clock } of leaves) shown.delete(`${key}/${replica.name}:${clock}`);
          };
          const others = deltas.filter((_list, from) => from !== at).flat();
          deliveries(others, fates, ranks).forEach((slice, index) => {
            if (index % 4 === 1) apply({ joins: [], leaves: state.replicaDown('a') });
            apply(state.merge([slice]));
            if (index % 4 === 3) apply({ joins: state.replicaUp('a'), leaves: [] });
            assert.deepEqual([...shown].toSorted(), keysOf(state));
          });
          apply({ joins: state.replicaUp('a'), leaves: [] });
          for (const other of states) if (other !== state) apply(repair(state, other));
          assert.deepEqual([...shown].toSorted(), keysOf(state));
        });
        for (const state of states) assert.deepEqual(keysOf(state), truth);
        for (const state of states) assert.equal(state.rows, truth.length);
      },
    ),
    { numRuns: 300 },
  );
});

test('joining deltas is the same as merging them one by one', () => {
  fc.assert(
    fc.property(acts, fc.nat(), (history, cutAt) => {
      const states = group('a', 'b', 'c');
      const [deltas = []] = play(history, states);
      const [, one] = pair();
      const [, two] = pair();
      const cut = deltas.length === 0 ? 0 : cutAt % deltas.length;
      const joined = deltas.slice(cut).reduce<Slice | null>((sum, slice) => {
        // Twice, so that what overlaps is joined as well.
        const both = sum === null ? slice : joinSlices(slice, sum);
        return both === null ? null : joinSlices(slice, both);
      }, null);
      one.merge(deltas);
      two.merge(deltas.slice(0, cut));
      if (joined !== null) two.merge([joined]);
      assert.deepEqual(keysOf(two), keysOf(one));
      assert.deepEqual(two.clocks(), one.clocks());
    }),
    { numRuns: 100 },
  );
});
