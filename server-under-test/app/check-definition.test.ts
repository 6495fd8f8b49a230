import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, channel, drill, noreply, ok, type AppDefinition } from './api.ts';
import { AppError } from './problem.ts';

const join = (): ReturnType<typeof ok> => ok();

function pathsOf(definition: unknown): string[] {
  try {
    application(definition as AppDefinition);
    return [];
  } catch (error) {
    assert.ok(error instanceof AppError);
    for (const { code, got, wanted, hint } of error.problems) {
      assert.equal(code, 'bad_app');
      assert.ok(got !== '' && wanted !== '' && hint !== '');
    }
    return error.problems.map(({ path }) => path);
  }
}

test('the drill and the smallest application are right', () => {
  assert.deepEqual(pathsOf({ channels: [channel('a', { join })] }), []);
  assert.deepEqual(pathsOf({ ...drill, room: undefined, channels: drill.channels }), ['application.room']);
  const { room: _room, ...definition } = drill;
  assert.deepEqual(pathsOf(definition), []);
});

test('everything wrong is told at once, each with its path', () => {
  const wrong = {
    connect: true,
    ids: () => null,
    channels: [
      channel('a:*', { join: 1, handleIn: { ping: 2 }, handlOut: 3 } as never),
      channel('b*:c', { join, assigns: 4, handleIn: 5, intercept: [6] } as never),
      { pattern: 'c' },
      channel('d', null as never),
      channel('', { handleInfo: () => noreply() } as never),
    ],
    workers: { a: {}, b: () => 1 },
  };
  assert.deepEqual(pathsOf(wrong), [
    'application.ids',
    'application.connect',
    'channels[0].handlOut',
    'channels[0].join',
    'channels[0].handleIn.ping',
    'channels[1]',
    'channels[1].handleIn',
    'channels[1].intercept',
    'channels[1].assigns',
    'channels[2]',
    'channels[3]',
    'channels[4]',
    'channels[4].join',
    'workers.a',
  ]);
});

test('no channels, no list and no object are told', () => {
  for (const channels of [undefined, [], {}, 'x']) assert.deepEqual(pathsOf({ channels }), ['channels']);
  for (const nothing of [undefined, null, [], 'x']) assert.deepEqual(pathsOf(nothing), ['application']);
  assert.deepEqual(pathsOf({ channels: [channel('a', { join })], workers: [] }), ['workers']);
});

test('a pattern that an earlier one covers is told; a wider one after it is not', () => {
  const of = (...patterns: string[]): string[] =>
    pathsOf({ channels: patterns.map((pattern) => channel(pattern, { join })) });
  assert.deepEqual(of('a:*', 'a:b'), ['channels[1]']);
  assert.deepEqual(of('*', 'a', 'b:*'), ['channels[1]', 'channels[2]']);
  assert.deepEqual(of('a', 'a'), ['channels[1]']);
  assert.deepEqual(of('a:b', 'a:*', '*'), []);
});

test('an intercept without handleOut is told', () => {
  const callbacks = { join, intercept: ['x'] };
  assert.deepEqual(pathsOf({ channels: [channel('a', callbacks)] }), ['channels[0].handleOut']);
  assert.deepEqual(pathsOf({ channels: [channel('a', { ...callbacks, handleOut: () => noreply() })] }), []);
});
