// Claim: where join/3 takes longer than the client waits, phoenix.js never joins: every answer comes too late.
import { scenario, type User } from 'firedrill';

/**
 * Five times as fast as phoenix.js, so that a run is short: it waits 10 s for a join, and 1, 2, 5, 10 s between two.
 * So joins of 9 s and of 11 s are meant.
 */
const FASTER = 5;
const TIMEOUT_MS = 10_000 / FASTER;

/** Joins a topic that takes so many times what the client waits, and looks whether it is in. */
async function wait(user: User, timeouts: number): Promise<void> {
  await user.join('lobby');
  const slow = user.channel(`room:${user.index}`, { delay_ms: timeouts * TIMEOUT_MS });
  // The first answer is not the last: it is joined again until it is in, or for ever.
  void slow.join();
  await user.sleep(1.2 * TIMEOUT_MS);
  await user.every('250ms', () => user.check('in', slow.isJoined));
}

export default scenario({
  about: 'Join livelock: the client gives up a little sooner than the server is done',
  claim: ['B6', 'B5'],
  load: { clients: 100, ramp: '1s', hold: '29s' },
  small: { clients: 20, duration: '5s', ramp: '200ms' },
  connect: { pushTimeout: TIMEOUT_MS, rejoin: [1_000, 2_000, 5_000, 10_000].map((ms) => ms / FASTER) },
  server: { nodes: 1 },
  metrics: { in: 'rate' },
  variants: {
    under: {
      about: 'join/3 takes 0.9 times what the client waits',
      client: (user) => wait(user, 0.9),
      thresholds: { in: ['rate>0.95'], join_timeouts: ['count==0'], late_replies: ['count==0'] },
    },
    over: {
      about: 'join/3 takes 1.1 times what the client waits',
      client: (user) => wait(user, 1.1),
      // The connection is held by the join that was given up while the next one already counts its time.
      thresholds: { in: ['rate==0'], join_timeouts: ['rate>0.4'], late_replies: ['count>0'] },
    },
  },
  finding: ({ under, over }) =>
    `with a join/3 of 1.1 times the client's timeout clients are in ${over.text('in', 'rate')} of the time and ` +
    `${over.text('late_replies', 'count')} accepted joins are thrown away as too late; with 0.9 times they are in ` +
    `${under.text('in', 'rate')} of it`,
});
