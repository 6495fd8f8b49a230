import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ReadStream, WriteStream } from 'node:tty';
import { test } from 'node:test';
import { ManualClock } from '../base/clock.ts';
import { FullScreen } from './full-screen.ts';

/** Both ends of a terminal that writes down what is done to it. */
function fakeTerminal(): {
  clock: ManualClock;
  screen: FullScreen;
  input: EventEmitter;
  output: EventEmitter;
  done: string[];
  keys: string[];
} {
  const done: string[] = [];
  const keys: string[] = [];
  const clock = new ManualClock();
  const input = Object.assign(new EventEmitter(), {
    setRawMode: (raw: boolean) => done.push(`raw ${raw}`),
    setEncoding: () => {},
    resume: () => {},
    pause: () => done.push('pause'),
  });
  const output = Object.assign(new EventEmitter(), {
    columns: 90,
    rows: 30,
    write: (text: string) => done.push(text),
  });
  const screen = new FullScreen(clock, input as unknown as ReadStream, output as unknown as WriteStream, {
    onKey: (key) => keys.push('named' in key ? key.named : key.typed),
    onResize: () => keys.push('resized'),
    onHangUp: () => keys.push('hung up'),
  });
  return { clock, screen, input, output, done, keys };
}

const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';

test('gives back all it took, once, and listens to nobody any more', () => {
  const before = process.listenerCount('exit');
  const { screen, input, output, done, keys } = fakeTerminal();
  screen.take();
  screen.draw(['a', 'b']);
  screen.release();
  screen.release();
  screen.draw(['late']);
  assert.deepEqual(done, [
    ENTER,
    'raw true',
    '\u001b[Ha\u001b[K\r\nb\u001b[K\u001b[J',
    'raw false',
    'pause',
    LEAVE,
  ]);
  input.emit('data', 'q');
  output.emit('resize');
  input.emit('end');
  assert.deepEqual(keys, []);
  assert.equal(process.listenerCount('exit'), before);
  assert.equal(process.listenerCount('uncaughtExceptionMonitor'), 0);
});

test('an Escape alone is a key after 50 ms, one with a tail is the key it begins', () => {
  const { clock, screen, input, keys } = fakeTerminal();
  screen.take();
  input.emit('data', '\u001b');
  clock.advanceUs(49e3);
  assert.deepEqual(keys, []);
  input.emit('data', '[A');
  clock.advanceUs(1e6);
  assert.deepEqual(keys, ['up']);
  input.emit('data', '\u001b');
  clock.advanceUs(50e3);
  assert.deepEqual(keys, ['up', 'escape']);
  screen.release();
});

test('an Escape that was on its way when the terminal was given back is lost', () => {
  const { clock, screen, input, keys } = fakeTerminal();
  screen.take();
  input.emit('data', '\u001b');
  screen.release();
  clock.advanceUs(1e6);
  assert.deepEqual(keys, []);
});

test('tells of a new size and of a terminal that hung up', () => {
  const { screen, input, output, keys } = fakeTerminal();
  screen.take();
  output.emit('resize');
  input.emit('end');
  assert.deepEqual(keys, ['resized', 'hung up']);
  assert.deepEqual(screen.size, { columns: 90, rows: 30 });
  screen.release();
});
