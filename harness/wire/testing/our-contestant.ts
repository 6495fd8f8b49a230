/** Our client in a trial. */
import type { ClientChannel } from '../client-channel.ts';
import type { ClientProfile } from '../client-profile.ts';
import { ClientScene } from './client-scene.ts';
import { Trace, type Contestant } from './contestant.ts';
import { fakeTransport, type FakeLink } from './fake-link.ts';

export function ourContestant(phoenixJs: ClientProfile['phoenixJs']): Contestant {
  // The browser waits longer than any situation here for a connection to open.
  const scene = new ClientScene({ phoenixJs, connectTimeoutMs: 1e9 });
  const { socket, clock, world } = scene;
  const trace = new Trace(() => scene.nowMs());
  world.transport = fakeTransport((link) => {
    scene.links.push(link);
    trace.add('connects');
    trace.heard = [];
    link.onSend = (text) => trace.sent(text);
    link.onEnd = (how) => trace.add(how === 'reset' ? 'gives up' : `closes ${how.split(' ')[1] ?? ''}`);
  });
  const channels = new Map<string, ClientChannel>();
  const link = (): FakeLink | undefined => scene.links.at(-1);
  const arrive = (text: string | null): void => {
    if (text !== null && link()?.isOpen) link()?.sayText(text);
  };
  const current = (topic: string): ClientChannel | undefined => {
    const channel = channels.get(topic);
    return channel?.state === 'closed' ? undefined : channel;
  };
  return {
    trace: trace.lines,
    connect: () => socket.connect(clock.nowUs()),
    disconnect: () => socket.disconnect(),
    join(topic) {
      if (current(topic)) return;
      const channel = socket.channel(topic, '{}');
      channels.set(topic, channel);
      channel.on('news', () => trace.add(`hears news of ${topic}`));
      channel.join(clock.nowUs());
    },
    leave: (topic) => current(topic)?.leave(),
    push(topic, event) {
      const pending = current(topic)?.push(event, '{}', clock.nowUs(), 10_000);
      if (!pending) return;
      pending.settle = ({ status }) => {
        // A push that lost its channel is told so at once; phoenix.js lets it time out.
        if (status === 'ok' || status === 'error') trace.add(`${event} of ${topic}: ${status}`);
      };
    },
    open() {
      const opening = link();
      if (opening && !opening.isClosed && !opening.isOpen) opening.open();
    },
    refuse() {
      const opening = link();
      if (opening && !opening.isClosed && !opening.isOpen) opening.refuse('ECONNREFUSED');
    },
    drop(code) {
      if (link()?.isOpen) link()?.drop(code);
    },
    reply: (event, topic, status) => arrive(trace.answer(event, topic, status)),
    say: (topic, event, joinRef) => arrive(trace.said(topic, event, joinRef)),
    advanceMs: (ms) => scene.advanceMs(ms),
    end: () => socket.stop(),
  };
}
