// Claim: who sends nothing is closed after the idle timeout, whatever it hears; on Cowboy older clients never return.
import { scenario, type Result } from 'firedrill';

/** Phoenix has 60 s, and phoenix.js a heartbeat every 30 s. */
const IDLE = '1s';
const HEARTBEAT = '300ms';

export default scenario({
  about: 'Idle timeout: clients that only listen, without heartbeats and with them',
  claim: ['A4', 'A5', 'A6'],
  load: { clients: 500, ramp: '5s', hold: '25s' },
  small: { clients: 20, duration: '2500ms', ramp: '300ms' },
  server: { nodes: 1, idleTimeout: IDLE },
  metrics: { lived: 'trend', returned: 'rate' },
  async client(user) {
    const lobby = await user.join('lobby');
    // One talks all the time: what a connection hears does not keep it open.
    if (user.index === 0) return user.every('100ms', () => lobby.publish('shout'));
    let openMs = 0;
    void user.every('100ms', () => (openMs += 100));
    // Nobody sends such an event: the wait ends with the connection.
    await lobby.next('never', { within: '1h' });
    user.record('lived', openMs);
    await user.sleep('500ms');
    user.check('returned', user.isConnected);
  },
  variants: {
    silent: {
      about: 'no heartbeats; phoenix.js 1.8.16 against Bandit, which closes with 1002',
      connect: { heartbeat: false },
      thresholds: { lived: ['avg>850', 'avg<3000'], returned: ['rate>0.9'] },
    },
    cowboy: {
      about: 'no heartbeats; phoenix.js up to 1.8.15 against Cowboy, which closes with 1000',
      connect: { heartbeat: false, phoenixJs: '1.8.15' },
      server: { nodes: 1, idleTimeout: IDLE, webServer: 'cowboy' },
      thresholds: { lived: ['avg>850', 'avg<3000'], returned: ['rate==0'] },
    },
    heartbeat: {
      about: `a heartbeat every ${HEARTBEAT}`,
      connect: { heartbeat: HEARTBEAT },
      thresholds: { drops: ['count==0'] },
    },
  },
  finding({ silent, cowboy, heartbeat }) {
    const closed = (run: Result<'lived' | 'returned'>) =>
      `after ${run.text('lived', 'avg')}, and ${run.text('returned', 'rate')} return`;
    return (
      `an idle timeout of ${IDLE} closes who only listens ${closed(silent)}; by Cowboy, with 1000, clients up ` +
      `to 1.8.15 ${closed(cowboy)}; with a heartbeat every ${HEARTBEAT} ${heartbeat.text('drops', 'count')} drops`
    );
  },
});
