// Claim: {:noreply, socket} acknowledges nothing: a push that waits for an answer times out, though handle_in ran.
import { scenario, type Channel, type User } from 'firedrill';

/** Beside what the variant does, a push that handle_in replies to. */
async function send(user: User, act: (room: Channel) => unknown): Promise<void> {
  const room = await user.join(`room:${user.index}`);
  void user.every('500ms', () => room.push('ping', {}, { tags: { event: 'ping' } }));
  await user.every('500ms', () => act(room));
}

export default scenario({
  about: 'No reply: does a push that gets none know that it arrived?',
  claim: 'B10',
  load: { clients: 100, ramp: '2s', hold: '28s' },
  small: { clients: 20, duration: '5s', ramp: '500ms' },
  // phoenix.js waits 10 s; what nobody answers can be waited for in less.
  connect: { pushTimeout: '1s' },
  server: { nodes: 1 },
  variants: {
    trouble: {
      about: 'the client waits for an answer to what handle_in answers with {:noreply, socket}',
      client: (user) => send(user, (room) => room.push('noreply', {}, { tags: { event: 'noreply' } })),
      thresholds: { 'push_timeouts{event:noreply}': ['rate==1'], 'push_timeouts{event:ping}': ['rate<0.01'] },
    },
    remedy: {
      about: 'who wants to know gets {:reply, :ok, socket}, who does not waits for nothing',
      client: (user) =>
        send(user, (room) =>
          user.index % 2 === 0 ? room.cast('noreply') : room.push('status', { status: 'ok' }),
        ),
      thresholds: { push_timeouts: ['rate<0.01'], casts: ['count>0'] },
    },
  },
  finding: ({ trouble, remedy }) =>
    `of pushes that handle_in answers with :noreply ${trouble.text('push_timeouts{event:noreply}', 'rate')} ` +
    `time out, of those it replies to ${trouble.text('push_timeouts{event:ping}', 'rate')}; with a reply, ` +
    `or with nobody waiting, ${remedy.text('push_timeouts', 'rate')} (${remedy.text('casts', 'count')} casts)`,
});
