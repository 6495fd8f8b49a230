import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accept,
  application,
  channel,
  deny,
  error,
  noreply,
  ok,
  reply,
  server,
  stop,
  type Socket,
} from './api.ts';

// What the compiler refuses is the test: an @ts-expect-error that expects nothing is an error of `make types`.

/** Never called: it only has to compile. */
function refused(): void {
  // @ts-expect-error: a channel without join
  channel('a:*', { handleIn: { ping: () => noreply() } });
  // @ts-expect-error: join returns nothing
  channel('a:*', { join: () => {} });
  // @ts-expect-error: join returns what handleIn may
  channel('a:*', { join: () => noreply() });
  channel('a:*', {
    join: () => ok(),
    handleIn: {
      // @ts-expect-error: a handler that forgets to return
      ping: () => {},
      // @ts-expect-error: a handler that returns a bare value
      pong: async () => 'ok',
      // @ts-expect-error: ok(…) is for join
      join: () => ok(),
      // @ts-expect-error: a payload is unknown until it is looked at
      read: (payload) => reply('ok', payload.name),
    },
  });
  // @ts-expect-error: the socket has no such method
  const typo: keyof Socket = 'brodcast';
  channel('a:*', { join: () => error(typo) });
  // @ts-expect-error: nobody waits for an answer of handleInfo
  channel('a:*', { join: () => ok(), handleInfo: () => reply('ok') });
  // @ts-expect-error: nor of handleOut, not even at its end
  channel('a:*', { join: () => ok(), handleOut: () => stop('normal', reply('ok')) });
  // @ts-expect-error: nor of handleCast
  channel('a:*', { join: () => ok(), handleCast: () => 'ok' });
  // @ts-expect-error: a callback that does not exist
  channel('a:*', { join: () => ok(), handlein: {} });
  // @ts-expect-error: one event is no list
  channel('a:*', { join: () => ok(), intercept: 'shout' });
  // @ts-expect-error: a status is a text
  reply(200);
  // @ts-expect-error: neither milliseconds nor hibernate
  noreply('later');
  // @ts-expect-error: an answer is made by reply(…)
  stop('normal', { bye: true });
  // @ts-expect-error: no channels
  application({});
  // @ts-expect-error: a plain object is no channel
  application({ channels: [{ pattern: 'a', join: () => ok() }] });
  // @ts-expect-error: connect answers with accept or deny
  application({ channels: [], connect: () => true });
  // @ts-expect-error: an id is a text or null
  application({ channels: [], id: () => 7 });
  // @ts-expect-error: a worker is a function or a server
  application({ channels: [], workers: { a: 3 } });
  // @ts-expect-error: a server's callbacks have names
  server(() => ({ handleCalls: () => 1 }));
}

test('every form of the API compiles, and its mistakes do not', () => {
  const later = async (socket: Socket): Promise<ReturnType<typeof noreply>> => {
    await socket.wait(1);
    return noreply(50);
  };
  const app = application({
    connect: async (params, info) => (info.authToken === null ? deny() : accept({ name: params['name'] })),
    id: (assigns) => (typeof assigns['name'] === 'string' ? assigns['name'] : null),
    workers: { plain: (request) => request, kept: server(() => ({ handleCall: () => 1 })) },
    channels: [
      channel('a:*', {
        intercept: ['x'],
        assigns: { role: 'guest' },
        join: async (topic) => (topic === 'a:no' ? error() : ok(new Uint8Array(1))),
        handleIn: {
          none: () => noreply(),
          later: (_payload, socket) => later(socket),
          sleepy: () => noreply('hibernate'),
          named: (_payload, _socket, event) => reply(event.toUpperCase(), [1]),
          bytes: () => reply('ok', new Uint8Array(1)),
          stop: () => stop({ shutdown: 'over' }),
          bye: () => stop('normal', reply('ok')),
          _: (_payload, _socket, event) => (typeof event === 'string' ? noreply() : stop('boom')),
        },
        handleOut: (event, payload, socket) => {
          socket.push(event, payload);
          return noreply();
        },
        handleInfo: () => stop('normal'),
        handleCall: (request) => request,
        handleCast: () => noreply(),
        terminate: (reason, socket) => socket.push('bye', { reason }),
      }),
      channel('b', { join: () => ok(), handleIn: (event) => (event === 1 ? noreply() : reply('ok')) }),
    ],
  });
  assert.equal(app.definition.channels.length, 2);
  assert.equal(typeof refused, 'function');
});
