// Claim: a slow join/3 stalls its whole connection, heartbeats too; work behind the join stalls nothing else.
import { scenario, type Result, type User } from 'firedrill';

/** What a topic needs before it is of use, wherever that is done. */
const WORK_MS = 700;

/** Everybody pings in a topic of their own, listens to the lobby, and opens one topic more every two seconds. */
async function browse(user: User, work: 'in the join' | 'behind it'): Promise<void> {
  const [room, lobby] = await Promise.all([user.join(`room:${user.index}`), user.join('lobby')]);
  void user.every('100ms', () => room.push('ping', {}, { tags: { kind: 'ping' } }));
  await user.ramped();
  // Who speaks opens nothing: what is late is late where it is heard.
  if (user.index === 0) return user.every('200ms', () => lobby.publish('shout'));
  await user.every('2s', async () => {
    const delay = work === 'in the join' ? { delay_ms: WORK_MS } : {};
    const more = await user.join(`room:more-${user.index}`, delay);
    // As handle_info(:after_join) would: the new channel is at work, and nobody but it.
    if (work === 'behind it') await more.push('block', { ms: WORK_MS });
    more.leave();
  });
}

export default scenario({
  about: 'Slow joins: who waits while join/3 works?',
  claim: ['B5', 'B8'],
  load: { clients: 100, ramp: '2s', hold: '28s' },
  small: { clients: 20, duration: '5s', ramp: '500ms' },
  // phoenix.js has 30 s; more often, heartbeats show what happens to them as well.
  connect: { heartbeat: '250ms', heartbeatTimeout: '10s' },
  server: { nodes: 1 },
  variants: {
    trouble: {
      about: `join/3 works for ${WORK_MS} ms`,
      client: (user) => browse(user, 'in the join'),
      thresholds: {
        'push_duration{kind:ping}': [{ expression: 'p(95)>300', during: 'steady' }],
        broadcast_latency: [{ expression: 'p(95)>300', during: 'steady' }],
        heartbeat_duration: ['max>300'],
      },
    },
    remedy: {
      about: `join/3 returns at once, the channel works for ${WORK_MS} ms behind it`,
      client: (user) => browse(user, 'behind it'),
      thresholds: {
        'push_duration{kind:ping}': [{ expression: 'p(95)<200', during: 'steady' }],
        broadcast_latency: [{ expression: 'p(95)<200', during: 'steady' }],
        heartbeat_duration: ['p(95)<200'],
      },
    },
  },
  finding({ trouble, remedy }) {
    const late = (run: Result): string =>
      `p(95) ${run.text('push_duration{kind:ping}', 'p(95)', { during: 'steady' })} for pings in another topic, ` +
      `${run.text('broadcast_latency', 'p(95)', { during: 'steady' })} for broadcasts, ` +
      `${run.text('heartbeat_duration', 'p(95)')} for heartbeats`;
    return `a join/3 of ${WORK_MS} ms each 2 s: ${late(trouble)}; with the work behind it: ${late(remedy)}`;
  },
});
