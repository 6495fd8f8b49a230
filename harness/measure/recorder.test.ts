import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeDeltas } from './merge.ts';
import { Recorder } from './recorder.ts';
import { RunTotals } from './run-totals.ts';
import { foldedTag, MOST_TAGS, TagSet } from './tag-set.ts';

test('metrics of a scenario count for themselves and for each tag', () => {
  const recorder = new Recorder();
  recorder.count('heard', 2, ['kind:a', 'size:b']);
  recorder.count('heard', 1);
  recorder.check('so', true, ['kind:a']);
  recorder.check('so', false);
  recorder.record('spread', 7, ['kind:a']);
  recorder.record('spread', 0);
  const { own } = recorder.takeDelta(0);
  assert.deepEqual(
    [...own.counters],
    [
      ['heard', 3],
      ['heard{kind:a}', 2],
      ['heard{size:b}', 2],
    ],
  );
  assert.deepEqual(
    [own.shares.get('so'), own.shares.get('so{kind:a}')],
    [
      { count: 1, of: 2 },
      { count: 1, of: 1 },
    ],
  );
  assert.deepEqual([...own.trends.keys()], ['spread', 'spread{kind:a}']);
});

test('metrics of ours by tag travel under their full names', () => {
  const recorder = new Recorder();
  recorder.tagged('push_duration', 'kind:search').record(1_500);
  recorder.countTagged('push_timeout', 'kind:search');
  recorder.countTagged('push_timeout', 'kind:search');
  const totals = new RunTotals();
  totals.add(mergeDeltas(0, [recorder.takeDelta(0)]));
  totals.add(mergeDeltas(1, [recorder.takeDelta(1)]));
  assert.equal(totals.trend('push_duration{kind:search}').max, 1_500);
  assert.equal(totals.own.counters.get('push_timeout{kind:search}'), 2);
  assert.equal(totals.trendIn('push_duration{kind:search}', 1).count, 0);
  assert.equal(totals.ownIn(1).counters.size, 0);
});

test('of a gauge the reading taken last is the last, whichever worker took it', () => {
  const [one, two] = [new Recorder(), new Recorder()];
  one.level('depth', 5, 100);
  one.level('depth', 3, 300);
  two.level('depth', 9, 200);
  const merged = mergeDeltas(0, [one.takeDelta(0), two.takeDelta(0)]);
  assert.deepEqual(merged.own.levels.get('depth'), { value: 3, min: 3, max: 9, atUs: 300 });
});

test('the sixty-fifth pair of a run counts with all further ones of its name', () => {
  const tags = new TagSet();
  const given = Array.from({ length: MOST_TAGS + 2 }, (_, i) => tags.of('user', `${i}`));
  assert.deepEqual(given.slice(-3), [`user:${MOST_TAGS - 1}`, 'user:other values', 'user:other values']);
  assert.equal(tags.of('user', '3'), 'user:3');
  assert.equal(tags.of('kind', 'search'), 'kind:other values');
});

test('workers that saw different tags share the one limit of the run', () => {
  const tags = new TagSet();
  const deltas = ['a', 'b'].map((worker) => {
    const recorder = new Recorder();
    for (let i = 0; i < 40; i++) recorder.count('heard', 1, [recorder.tags.of('id', `${worker}${i}`)]);
    return recorder.takeDelta(0);
  });
  const { counters } = mergeDeltas(0, deltas, tags).own;
  assert.equal(counters.size, 1 + MOST_TAGS + 1);
  assert.deepEqual([counters.get('heard'), counters.get('heard{id:other values}')], [80, 80 - MOST_TAGS]);
  assert.deepEqual(
    [...counters.keys()].map(foldedTag).filter((tag) => tag !== null),
    ['id'],
  );
});

test('a tag cannot break out of its braces, and a name that is none is refused', () => {
  const tags = new TagSet();
  assert.equal(tags.of('kind', 'a},{b:c\n'), 'kind:a___b:c_');
  assert.equal(tags.of('kind', ''), 'kind:(empty)');
  assert.equal(tags.of('kind', '__proto__'), 'kind:__proto__');
  assert.throws(() => tags.of('a:b', 'c'), /tag 'a:b': a name has letters/);
});
