import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { userFrame } from './user-frame.ts';

const SERVER = join(import.meta.dirname, '..');
const HERE = '/elsewhere';

function thrown(...frames: string[]): Error {
  const error = new Error('x');
  error.stack = ['Error: x', ...frames.map((frame) => `    at ${frame}`)].join('\n');
  return error;
}

test('names the first frame that is neither ours nor Node’s', () => {
  const ours = `ChannelSocket.push (file://${SERVER}/phoenix/channel-socket.ts:1:2)`;
  const users = `async say (file://${HERE}/my%20app.ts:3:4)`;
  assert.equal(
    userFrame(thrown(ours, 'node:internal/x:1:1', users, `${SERVER}/otp/x.ts:5:6`)),
    '/elsewhere/my app.ts:3:4',
  );
  assert.equal(
    userFrame(thrown(`say (file://${SERVER}/examples/chat.ts:7:8)`))?.endsWith('chat.ts:7:8'),
    true,
  );
});

test('prefers the user’s call to the dependency that threw', () => {
  const frames = ['/elsewhere/node_modules/dep/index.js:1:1', 'async /elsewhere/app.ts:2:2'];
  assert.equal(userFrame(thrown(`dep (${frames[0] ?? ''})`, frames[1] ?? '')), '/elsewhere/app.ts:2:2');
  assert.equal(userFrame(thrown(frames[0] ?? '')), '/elsewhere/node_modules/dep/index.js:1:1');
});

test('reads the line a syntax error stands in', () => {
  const error = new SyntaxError('x');
  error.stack = '/elsewhere/app.ts:9\nenum X\n^^^^\n\nSyntaxError: x\n    at node:internal/x:1:1';
  assert.equal(userFrame(error), '/elsewhere/app.ts:9');
});

test('is null for what has no frame of a user', () => {
  const absent = new Error('x');
  delete absent.stack;
  assert.deepEqual([userFrame('x'), userFrame(absent), userFrame(thrown('node:x:1:1'))], [null, null, null]);
});
