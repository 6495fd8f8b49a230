// Claim: a draining node still accepts: who returns to it is cut again, with 1000, and up to 1.8.15 that is for good.
import { fault, scenario, type Result } from 'firedrill';

export default scenario({
  about: 'A rolling deploy: two nodes, one after the other drained (1012), stopped and started anew',
  claim: ['A6'],
  load: { clients: 400, ramp: '3s', hold: '27s' },
  small: { clients: 60, duration: '5s', ramp: '500ms' },
  // Small batches: a drain that takes its time is one that clients come back to.
  server: { nodes: 2, drainBatchSize: 10, drainInterval: '200ms' },
  metrics: { back: 'rate' },
  async client(user) {
    const lobby = await user.join('lobby');
    if (user.index === 0) void user.every('50ms', () => lobby.publish('shout'));
    while (user.isRunning) {
      // Nobody sends such an event: the wait ends with the connection.
      await lobby.next('never', { within: '1h' });
      for (let waits = 0; waits < 10 && !lobby.isJoined; waits += 1) await user.sleep('100ms');
      user.check('back', lobby.isJoined);
    }
  },
  faults: [fault.deploy({ pauseMs: 300 }).at('5s').for('24s')],
  variants: {
    older: {
      about: 'phoenix.js up to 1.8.15, which takes a close with 1000 for meant',
      connect: { phoenixJs: '1.8.15' },
      thresholds: { drops: ['count>20'], back: ['rate<0.97'] },
    },
    newer: {
      about: 'phoenix.js from 1.8.16 on, which comes back after every close',
      connect: { phoenixJs: '1.8.16' },
      thresholds: { drops: ['count>20'], back: ['rate>0.97'] },
    },
  },
  finding({ older, newer }) {
    const came = (run: Result<'back'>) =>
      `${run.text('drops', 'count')} drops of ${run.clients} clients, back within 1 s after ` +
      `${run.text('back', 'rate')} of them, ${run.text('delivery_missing', 'count')} deliveries missing`;
    return `two nodes deployed, phoenix.js up to 1.8.15: ${came(older)}; from 1.8.16 on: ${came(newer)}`;
  },
});
