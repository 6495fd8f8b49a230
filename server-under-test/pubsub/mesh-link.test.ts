import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { ManualClock } from '../otp/manual-clock.ts';
import { encodeControl, type Control } from './mesh-frame.ts';
import { MeshLink } from './mesh-link.ts';

/** A link over a line whose other end the test plays; it takes nothing while `stuck`. */
function setUp(): {
  readonly clock: ManualClock;
  readonly link: MeshLink;
  readonly heard: unknown[];
  readonly hear: (control: Control) => void;
  readonly line: { stuck: boolean; written: number };
} {
  const clock = new ManualClock();
  const line = { stuck: false, written: 0 };
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      line.written += chunk.length;
      if (!line.stuck) done();
    },
  });
  const heard: unknown[] = [];
  const link = new MeshLink(socket as unknown as Socket, clock, {
    hello: (node) => void heard.push(`hello ${node}`),
    fanned: () => assert.fail(),
    control: (control) => void heard.push(control),
    closed: () => void heard.push('closed'),
  });
  const hear = (control: Control): void => void socket.emit('data', encodeControl(control));
  return { clock, link, heard, hear, line };
}

const HELLO: Control = { op: 'hello', node: 3, incarnation: 'x' };

test('a line without a hello is given up after seven seconds', async () => {
  const { clock, heard } = setUp();
  await clock.advance(6_999);
  assert.deepEqual(heard, []);
  await clock.advance(1);
  assert.deepEqual(heard, ['closed']);
});

test('a node that is silent for a minute is out of reach, one that ticks is not', async () => {
  const { clock, heard, hear } = setUp();
  hear(HELLO);
  for (let n = 0; n < 20; n += 1) {
    await clock.advance(15_000);
    hear({ op: 'tick' });
  }
  assert.ok(!heard.includes('closed'));
  await clock.advance(74_000);
  assert.ok(!heard.includes('closed'));
  await clock.advance(1_000);
  assert.equal(heard.at(-1), 'closed');
});

test('a node that does not read holds up nobody, and 64 MiB behind it is out of reach', () => {
  const { heard, hear, link, line } = setUp();
  hear(HELLO);
  line.stuck = true;
  const frame = Buffer.alloc(8 * 1024 * 1024);
  for (let n = 0; n < 8; n += 1) link.write(frame);
  assert.deepEqual(heard, ['hello 3']);
  link.write(frame);
  assert.deepEqual(heard, ['hello 3', 'closed']);
  link.write(frame);
  hear({ op: 'tick' });
  assert.deepEqual([line.written, heard.length], [frame.length, 2]);
});
