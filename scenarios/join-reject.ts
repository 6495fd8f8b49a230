// Claim: phoenix.js asks again for ever after a refused join, unless the client leaves on the error.
import { scenario, type Result } from 'firedrill';

/** Joins that were refused, for each client. */
function refusedEach(run: Result): string {
  const refused = run.figure('errors', 'count');
  return refused === null ? 'nothing' : (refused / run.clients).toFixed(1);
}

export default scenario({
  about: 'Refused joins: how often does a client ask for what it may not have?',
  claim: 'B9',
  load: { clients: 100, ramp: '1s', hold: '59s' },
  small: { clients: 20, duration: '6s', ramp: '500ms' },
  server: { nodes: 1 },
  variants: {
    trouble: {
      about: 'the page shows the error and does nothing, as receive("error") invites to',
      async client(user) {
        await user.join('lobby');
        void user.channel(`room:${user.index}`, { reject: true }).join();
      },
      // Of a connect, the lobby, and two or more times the room.
      thresholds: { errors: ['rate>0.5'] },
    },
    remedy: {
      about: 'the client leaves the topic on the error',
      async client(user) {
        await user.join('lobby');
        const room = user.channel(`room:${user.index}`, { reject: true });
        const { status } = await room.join();
        if (status === 'error') room.leave();
      },
      thresholds: { errors: ['rate<0.4'], join_timeouts: ['count==0'] },
    },
  },
  finding: ({ trouble, remedy }) =>
    `a client whose join is refused asks ${refusedEach(trouble)} times in the run, and goes on; ` +
    `one that leaves on the error asks ${refusedEach(remedy)} times`,
});
