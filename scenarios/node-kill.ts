// Claim: clients of a dead node are with another one in milliseconds; a lone node's are refused until it is back.
import { fault, scenario, type Result } from 'firedrill';

export default scenario({
  about: 'A node is killed, and is started again a second later',
  claim: ['A6'],
  load: { clients: 500, ramp: '5s', hold: '25s' },
  small: { clients: 80, duration: '5s', ramp: '500ms' },
  async client(user) {
    const lobby = await user.join('lobby');
    void user.every('250ms', () => lobby.push('ping'));
    await user.ramped();
    if (user.index === 0) await user.every('50ms', () => lobby.publish('shout'));
  },
  faults: [fault.nodeKill({ restartAfterMs: 1_000 }).at('8s').for('12s')],
  variants: {
    alone: {
      about: 'it is the only one',
      server: { nodes: 1 },
      thresholds: { drops: ['count>20'], reconnect_duration: ['med>900'] },
    },
    pair: {
      about: 'there is another one behind the same port',
      server: { nodes: 2 },
      thresholds: { drops: ['count>20'], reconnect_duration: ['med<900'], join_timeouts: ['count==0'] },
    },
  },
  finding({ alone, pair }) {
    const away = (run: Result) =>
      `${run.text('drops', 'count')} of ${run.clients} clients are back after ` +
      `${run.text('reconnect_duration', 'med')} (median); pushes that could not be sent: ` +
      `${run.text('dropped_sends', 'count')}, deliveries missing: ${run.text('delivery_missing', 'count')}`;
    return `a lone node killed: ${away(alone)}; one of two: ${away(pair)}`;
  },
});
