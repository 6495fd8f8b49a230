// Claim: who vanishes without a word stays in Presence until the idle timeout is over; who closes is out of it at once.
import { fault, scenario, type User } from 'firedrill';

const IDLE = '2s';

/** A client on the road: it tells the watcher all the time that it is there. */
async function ride(user: User): Promise<void> {
  user.tag('goes', 'away');
  const signs = await user.join('room:signs');
  await user.every('100ms', () => signs.cast('shout_from', { from: `${user.index}` }));
}

/** Takes the time from each one's last sign of life to the diff that takes it out of the list. */
async function watch(user: User): Promise<void> {
  let nowMs = 0;
  void user.every('50ms', () => (nowMs += 50));
  const heardMs = new Map<string, number>();
  const signs = user.channel('room:signs');
  const lobby = user.channel('presence:lobby', { user_id: 'watcher' });
  signs.on('shout_from', (sign) => heardMs.set((sign as { from: string }).from, nowMs));
  lobby.on('presence_diff', (diff) => {
    const { leaves } = diff as { leaves: object };
    for (const who of Object.keys(leaves)) user.record('shown', nowMs - (heardMs.get(who) ?? nowMs));
  });
  await Promise.all([signs.join(), lobby.join()]);
}

export default scenario({
  about: 'Half-open connections: how long is somebody shown who is not there any more?',
  claim: ['A7', 'A8', 'A9'],
  load: { clients: 200, ramp: '5s', hold: '25s' },
  small: { clients: 40, duration: '5500ms', ramp: '500ms' },
  // They do not come back, and those who are there keep their connection by heartbeats.
  connect: { reconnect: false, heartbeat: '700ms', heartbeatTimeout: '30s' },
  server: { nodes: 1, idleTimeout: IDLE },
  metrics: { shown: 'trend' },
  async client(user) {
    if (user.index === 0) return watch(user);
    await user.join('presence:lobby', { user_id: `${user.index}` });
    if (user.index % 10 === 1) await ride(user);
  },
  variants: {
    closed: {
      about: 'a tenth ends its connection: FIN, without a close frame',
      faults: [fault.close({ tag: 'goes:away' }).at('10s').for('15s')],
      thresholds: { shown: ['max<1500'] },
    },
    vanished: {
      about: 'a tenth is not there any more, and nobody is told',
      faults: [fault.blackhole({ tag: 'goes:away' }).at('10s').for('15s')],
      thresholds: { shown: ['min>1500', 'max<6000'] },
    },
  },
  finding: ({ closed, vanished }) =>
    `with an idle timeout of ${IDLE}, who closes is shown for ${closed.text('shown', 'avg')} after its last word, ` +
    `who vanishes for ${vanished.text('shown', 'avg')} (at most ${vanished.text('shown', 'max')})`,
});
