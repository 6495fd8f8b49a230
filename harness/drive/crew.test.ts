import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Crew, type CrewListener } from './crew.ts';

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
