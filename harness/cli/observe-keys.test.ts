import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScreenState } from '../record/observe-view.ts';
import type { Key, NamedKey } from './key-decoder.ts';
import { FIRST_SCREEN, press, type Seen } from './observe-keys.ts';

const SEEN: Seen = { pids: ['<0.1>', '<0.2>', '<0.3>'], nodes: ['node0', 'node1'], length: 30, height: 10 };
const NAMED: readonly NamedKey[] = [
  'up',
  'down',
  'page-up',
  'page-down',
  'home',
  'end',
  'enter',
  'escape',
  'backspace',
  'interrupt',
];

function key(word: string): Key {
  const named = NAMED.find((one) => one === word);
  return named ? { named } : { typed: word };
}

/** The state after these keys, one word each; it fails when one of them leaves. */
function after(words: string, from: Partial<ScreenState> = {}, seen: Partial<Seen> = {}): ScreenState {
  let state: ScreenState = { ...FIRST_SCREEN, ...from };
  for (const word of words.split(' ')) {
    state = press(state, key(word), { ...SEEN, ...seen }) ?? assert.fail(`left by ${word}`);
  }
  return state;
}

const leaves = (word: string, from: Partial<ScreenState> = {}): boolean =>
  press({ ...FIRST_SCREEN, ...from }, key(word), SEEN) === null;

test('moves the cursor between the first row and the last', () => {
  assert.equal(after('down j').pid, '<0.3>');
  assert.equal(after('down j j j').row, 2);
  assert.equal(after('j k k').row, 0);
  assert.equal(after('end').pid, '<0.3>');
  assert.equal(after('page-down page-up').row, 0);
  assert.equal(after('j', {}, { pids: [] }).pid, null);
});

test('follows its process when the order changes, and its place when the process is gone', () => {
  const state = after('down');
  assert.equal(state.pid, '<0.2>');
  assert.equal(after('enter', state, { pids: ['<0.3>', '<0.1>', '<0.2>'] }).open, '<0.2>');
  assert.equal(after('enter', state, { pids: ['<0.7>', '<0.8>', '<0.9>'] }).open, '<0.8>');
});

test('opens the first process when the cursor was never moved', () => {
  assert.deepEqual([after('enter').page, after('enter').open], ['process', '<0.1>']);
  assert.equal(after('enter', {}, { pids: [] }).page, 'processes');
});

test('goes back a step at a time, and leaves from the table', () => {
  for (const word of ['q', 'escape']) {
    assert.deepEqual([after(`enter ${word}`).page, after(`enter ${word}`).open], ['processes', null]);
    assert.ok(leaves(word));
  }
  assert.equal(after('escape', { filter: 'room' }).filter, '');
  assert.ok(leaves('q', { filter: 'room' }));
  assert.ok(leaves('interrupt', { page: 'tables' }));
  assert.ok(leaves('interrupt', { typing: true }));
});

test('cycles through the sorts and the nodes and comes back to the first', () => {
  assert.equal(after('s').sort, 'wait');
  assert.equal(after('s s s s s').sort, 'len');
  assert.equal(after('n').node, 'node0');
  assert.equal(after('n n').node, 'node1');
  assert.equal(after('n n n').node, null);
  assert.equal(after('n', { node: 'vanished' }).node, null);
  assert.equal(after('n', {}, { nodes: [] }).node, null);
});

test('types a filter in which every letter is a letter', () => {
  assert.equal(after('/ q s n').filter, 'qsn');
  assert.equal(after('/ a b backspace').filter, 'a');
  assert.deepEqual(
    [after('/ a enter').filter, after('/ a enter').typing, after('/ a enter j').row],
    ['a', false, 1],
  );
  assert.deepEqual([after('/ a escape').filter, after('/ a escape').typing], ['', false]);
  assert.equal(after(`/ ${'x '.repeat(99)}y`).filter.length, 60);
});

test('turns the pages over, and back with the same key', () => {
  for (const [word, page] of [
    ['t', 'tables'],
    ['e', 'events'],
    ['v', 'supervisors'],
    ['h', 'help'],
    ['?', 'help'],
  ] as const) {
    assert.equal(after(word).page, page);
    assert.equal(after(`${word} ${word}`).page, 'processes');
  }
  assert.equal(after('enter t').open, null);
});

test('scrolls a page between its first line and its last', () => {
  assert.equal(after('t j j').scroll, 2);
  assert.equal(after('t page-down').scroll, 10);
  assert.equal(after('t end').scroll, 20);
  assert.equal(after('t end k').scroll, 19);
  assert.equal(after('t j', {}, { length: 3 }).scroll, 0);
  assert.equal(after('t j', { row: 2 }).row, 2);
});

test('pauses and goes on', () => {
  assert.equal(after('p').paused, true);
  assert.equal(after('p p').paused, false);
});

test('a key without a meaning changes nothing', () => {
  assert.deepEqual(after('z'), FIRST_SCREEN);
  assert.deepEqual(after('t s'), after('t'));
});
