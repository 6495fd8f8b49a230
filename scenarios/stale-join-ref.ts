// Claim: since 1.8.3 Phoenix drops a push with a stale join_ref without a word; before, it was handled.
import { fault, scenario } from 'firedrill';

export default scenario({
  about: 'Stale join_refs: is a message of an earlier join handled, refused or lost?',
  claim: 'B12',
  load: { clients: 100, ramp: '2s', hold: '28s' },
  small: { clients: 20, duration: '5s', ramp: '500ms' },
  // phoenix.js waits 10 s; silence can be waited for in less.
  connect: { pushTimeout: '1s' },
  async client(user) {
    const room = await user.join(`room:${user.index}`);
    await user.every('200ms', () => room.push('ping'));
  },
  faults: [fault.staleJoinRef().at('10s').for('10s')],
  variants: {
    dropped: {
      about: 'Phoenix 1.8.12 drops it',
      server: { nodes: 1, phoenixVersion: '1.8.12' },
      // It is on for a third of the run.
      thresholds: { push_timeouts: ['rate>0.15'], errors: ['count==0'] },
    },
    handled: {
      about: 'Phoenix 1.8.2 hands it to the channel that has the topic now',
      server: { nodes: 1, phoenixVersion: '1.8.2' },
      thresholds: { push_timeouts: ['rate<0.01'], errors: ['count==0'] },
    },
  },
  finding: ({ dropped, handled }) =>
    `${dropped.text('push_timeouts', 'count')} pushes with a stale join_ref got no answer and no error from ` +
    `Phoenix 1.8.12, ${handled.text('push_timeouts', 'count')} from 1.8.2, which handles them`,
});
