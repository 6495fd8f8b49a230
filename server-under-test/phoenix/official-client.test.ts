import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { LocalServer } from '../testing/local-server.ts';

interface Push {
  receive(status: string, callback: (response: unknown) => void): Push;
}

interface ClientChannel {
  join(): Push;
  leave(): Push;
  push(event: string, payload: unknown): Push;
  on(event: string, callback: (payload: unknown) => void): number;
}

interface ClientSocket {
  connect(): void;
  disconnect(callback: () => void): void;
  channel(topic: string, params?: object): ClientChannel;
}

type SocketClass = new (url: string, options: object) => ClientSocket;

const { Socket } = createRequire(import.meta.url)('phoenix') as { Socket: SocketClass };

function answered(push: Push): Promise<[status: string, response: unknown]> {
  return new Promise((resolve) => {
    for (const status of ['ok', 'error']) push.receive(status, (response) => resolve([status, response]));
  });
}

test('the official client joins, pushes, hears broadcasts and bytes, and leaves', async () => {
  const server = await LocalServer.start();
  const socket = new Socket(server.url, { transport: WebSocket, params: { user_id: 'u1' } });
  try {
    socket.connect();
    const room = socket.channel('room:official', { after_join: 4 });
    const afterJoin = new Promise((resolve) => room.on('after_join', resolve));
    const heard = new Promise((resolve) => room.on('shout', resolve));
    const intercepted = new Promise((resolve) => room.on('ishout', resolve));
    assert.deepEqual(await answered(room.join()), ['ok', {}]);
    assert.deepEqual(await afterJoin, { n: 4 });
    assert.deepEqual(await answered(room.push('ping', { a: [1, 'ü'] })), ['ok', { a: [1, 'ü'] }]);
    assert.deepEqual(await answered(room.push('shout', { n: 1 })), ['ok', {}]);
    assert.deepEqual(await heard, { n: 1 });
    assert.deepEqual(await answered(room.push('ishout', { n: 2 })), ['ok', {}]);
    assert.deepEqual(await intercepted, { n: 2, to: 'u1' });
    const [status, bytes] = await answered(room.push('bin', new Uint8Array([1, 2]).buffer));
    assert.deepEqual([status, new Uint8Array(bytes as ArrayBuffer)], ['ok', new Uint8Array([1, 2, 33])]);
    const refused = socket.channel('private:u2');
    assert.deepEqual(await answered(refused.join()), ['error', { reason: 'unauthorized' }]);
    refused.leave();
    assert.deepEqual(await answered(room.leave()), ['ok', {}]);
  } finally {
    await new Promise<void>((resolve) => socket.disconnect(resolve));
    await server.stop();
  }
});
