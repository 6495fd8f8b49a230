// A chat as one would write it in Phoenix: run it with `firedrill serve --app server-under-test/examples/chat.ts`.
import {
  accept,
  application,
  channel,
  deny,
  error,
  isMap,
  NoClause,
  noreply,
  ok,
  Presence,
  reply,
} from 'firedrill/server';

export default application({
  connect(params) {
    return typeof params['name'] === 'string' ? accept({ name: params['name'] }) : deny('who are you?');
  },

  id: (assigns) => `user:${String(assigns['name'])}`,

  // GenServers with a name: one request at a time, restarted by their supervisor.
  workers: {
    spell(word) {
      if (typeof word !== 'string') throw new TypeError('only words can be spelled');
      return word.toLowerCase();
    },
  },

  channels: [
    channel('chat:*', {
      intercept: ['whisper'],

      join(topic, _payload, socket) {
        if (topic === 'chat:closed') return error({ reason: 'closed' });
        socket.sendSelf('after_join');
        return ok({ welcome: socket.assigns['name'] });
      },

      handleIn: {
        say(payload, socket) {
          if (!isMap(payload)) throw new NoClause('say', payload);
          socket.broadcast('said', { ...payload, by: socket.assigns['name'] });
          return reply('ok');
        },

        whisper(payload, socket) {
          socket.broadcast('whisper', payload);
          return noreply();
        },

        // The call holds this channel, and nothing else, until the worker answers or 5 s are over.
        async spell(payload, socket) {
          return reply('ok', { word: await socket.call('spell', payload) });
        },
      },

      handleOut(event, payload, socket) {
        if (isMap(payload) && payload['to'] === socket.assigns['name']) socket.push(event, payload);
        return noreply();
      },

      async handleInfo(message, socket) {
        if (message === 'after_join') {
          await Presence.track(socket, String(socket.assigns['name']), {});
          socket.push('presence_state', await Presence.list(socket));
        }
        return noreply();
      },
    }),
  ],
});
