import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Crew, type CrewListener } from './crew.ts';
import type { Seat } from './seat.ts';

const DEAF: CrewListener = { onHello() {}, onAnswer() {}, onWindow() {}, onExit() {} };

test('workers hired before anything is known are met by whoever attends later', async () => {
  const crew = new Crew();
  try {
    crew.hire(1);
    const early = Promise.withResolvers<number>();
    crew.attend({ ...DEAF, onHello: (seat) => early.resolve(seat.worker) });
    assert.equal(await early.promise, 0);
    // Another one, or the same again, who listens only now.
    const met: number[] = [];
    crew.attend({ ...DEAF, onHello: (seat) => met.push(seat.worker) });
    assert.deepEqual(met, [0]);
    crew.hire(1);
    assert.equal(crew.seats.length, 1);
  } finally {
    crew.kill();
  }
});

test('who ends is known to have ended, and is killed no second time', async () => {
  const crew = new Crew();
  try {
    crew.hire(1);
    const ended = Promise.withResolvers<string>();
    crew.attend({
      ...DEAF,
      onHello: ({ child }) => child.kill('SIGKILL'),
      onExit: (_, how) => ended.resolve(how),
    });
    assert.equal(await ended.promise, 'SIGKILL');
    assert.equal(crew.seats[0]?.hasExited, true);
  } finally {
    crew.kill();
  }
});

test('whoever enters a place is ended outside and hired anew in there, and the old greetings count no more', async () => {
  const crew = new Crew();
  try {
    crew.hire(1);
    const outside = crew.seats[0]?.child;
    assert.ok(outside);
    const left = once(outside, 'exit');
    // A command that starts another one: here it only leaves a trace in its environment.
    crew.enter(['env', 'FIREDRILL_ENTRANCE=1']);
    const met = Promise.withResolvers<Seat>();
    const exits: string[] = [];
    crew.attend({ ...DEAF, onHello: met.resolve, onExit: (_, how) => exits.push(how) });
    const seat = await met.promise;
    await left;
    assert.notEqual(seat.child.pid, outside.pid);
    assert.equal(crew.seats.length, 1);
    assert.equal(seat.child.spawnfile, 'env');
    assert.deepEqual(exits, []);
  } finally {
    crew.kill();
  }
});
