// Claim: half of 100,000 clients, cut at once, are at the door again at once, and all of them get in.
import { fault, scenario } from 'firedrill';

export default scenario({
  about: 'Half of all connections are reset at once, as by a load balancer that goes away',
  claim: ['A6'],
  load: { clients: 100_000, ramp: '50s', hold: '110s', rate: 200 },
  small: { clients: 300, duration: '10s', ramp: '1500ms', rate: 60 },
  // phoenix.js has 30 s; at 50 s the heartbeats of 100,000 clients leave two cores room for those who return.
  connect: { heartbeat: '50s' },
  metrics: { back: 'rate' },
  async client(user) {
    const room = await user.join(`room:${user.index % Math.max(10, Math.floor(user.clients / 100))}`);
    void user.pace(() => room.push('ping'));
    // Fifty thousand that look four times a second would be a load of their own.
    const lookMs = user.clients > 10_000 ? 5_000 : 250;
    while (user.isRunning) {
      // Nobody sends such an event: the wait ends with the connection.
      await room.next('never', { within: '1h' });
      for (let looks = 0; looks < 12 && !room.isJoined; looks += 1) await user.sleep(lookMs);
      user.check('back', room.isJoined);
    }
  },
  faults: [fault.reset({ share: 0.5 }).at('70s').for('10s')],
  thresholds: {
    drops: ['count>100'],
    back: ['rate==1', 'count>100'],
    server_connects: [{ expression: 'count>100', during: 'reset' }],
    push_duration: [{ expression: 'p(95)<1000', during: 'steady' }],
    recovery_duration: ['max<60000'],
  },
  finding: ({ run }) =>
    `${run.text('drops', 'count')} of ${run.clients.toLocaleString('en')} connections reset at once: the server saw ` +
    `${run.text('server_connect_rate', 'max', { during: 'reset' })} connects at most, 90 % were joined again after ` +
    `${run.text('reconnect_duration', 'p(90)')}, the last after ${run.text('reconnect_duration', 'max')}, ` +
    `${run.text('back', 'rate')} in time`,
});
