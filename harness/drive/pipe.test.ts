import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { Pipe } from './pipe.ts';

/** A socket that keeps what is written, and is read from by hand. */
class FakeSocket extends Duplex {
  readonly written: Buffer[] = [];
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk);
    done();
  }
  override _read(): void {}
  get bytes(): Buffer {
    return Buffer.concat(this.written);
  }
}

type Heard = { messages: unknown[]; windows: string[]; ends: number };

function pipe(): { socket: FakeSocket; pipe: Pipe; heard: Heard } {
  const socket = new FakeSocket();
  const heard: Heard = { messages: [], windows: [], ends: 0 };
  const made = new Pipe(socket as unknown as Socket, {
    onMessage: (message) => heard.messages.push(message),
    onWindow: (bytes) => heard.windows.push(bytes.toString('hex')),
    onEnd: () => (heard.ends += 1),
  });
  return { socket, pipe: made, heard };
}

type Said = { json: unknown } | { window: Uint8Array };

function written(said: readonly Said[]): Buffer {
  const { socket, pipe: end } = pipe();
  for (const one of said) {
    if ('json' in one) end.send(one.json);
    else end.sendWindow(Buffer.from(one.window));
  }
  return socket.bytes;
}

test('messages and windows arrive as they were said, wherever the bytes are cut', () => {
  const said = fc.oneof(
    fc.record({ json: fc.jsonValue() }),
    fc.record({ window: fc.uint8Array({ maxLength: 40 }) }),
  );
  fc.assert(
    fc.property(
      fc.array(said, { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(), { maxLength: 10 }),
      (all, cuts) => {
        const bytes = written(all);
        const { socket, heard } = pipe();
        const edges = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b), bytes.length];
        edges.slice(1).forEach((to, i) => socket.emit('data', bytes.subarray(edges[i], to)));
        const json = all.flatMap((one) =>
          'json' in one ? [JSON.parse(JSON.stringify(one.json)) as unknown] : [],
        );
        const windows = all.flatMap((one) =>
          'window' in one ? [Buffer.from(one.window).toString('hex')] : [],
        );
        assert.deepEqual(heard, { messages: json, windows, ends: 0 });
      },
    ),
  );
});

test('byte by byte is enough', () => {
  const bytes = written([
    { json: { type: 'ready' } },
    { window: new Uint8Array([1, 2]) },
    { json: 'zażółć' },
  ]);
  const { socket, heard } = pipe();
  for (let at = 0; at < bytes.length; at++) socket.emit('data', bytes.subarray(at, at + 1));
  assert.deepEqual(heard, { messages: [{ type: 'ready' }, 'zażółć'], windows: ['0102'], ends: 0 });
});

test('tells of its end once, and an error is an end, not a crash', async () => {
  const { socket, pipe: end, heard } = pipe();
  socket.destroy(new Error('EPIPE'));
  await new Promise((resolve) => socket.once('close', resolve));
  assert.equal(heard.ends, 1);
  end.send({ late: true });
  end.sendWindow(Buffer.from([1]));
  assert.equal(socket.bytes.length, 0);
});

test('what was sent before the end has left before the end', async () => {
  const { socket, pipe: end } = pipe();
  end.send({ type: 'done' });
  end.end();
  await new Promise((resolve) => socket.once('finish', resolve));
  assert.equal(socket.bytes.readUInt32LE(0), socket.bytes.length - 5);
});
