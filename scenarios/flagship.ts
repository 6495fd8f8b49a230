// Claim: slow joins, blocking handlers, intercepted broadcasts and network drops each leave their own mark on 100,000 clients.
import { fault, scenario } from 'firedrill';

/** Members of a room at full size; a smaller run keeps twenty rooms. */
const ROOM = 1_000;

export default scenario({
  about: 'Four faults, one after the other, against clients that share a lobby and sit in rooms of 1,000',
  claim: ['B5', 'B14', 'B19', 'A6'],
  load: { clients: 100_000, ramp: '30s', hold: '150s', rate: 300 },
  small: { clients: 100, duration: '17s', ramp: '1s', rate: 60 },
  // phoenix.js has 30 s; at 50 s the heartbeats of 100,000 clients leave two cores room for the broadcasts.
  connect: { heartbeat: '50s' },
  async client(user) {
    const rooms = Math.max(20, Math.ceil(user.clients / ROOM));
    const own = `room:${user.index % rooms}`;
    const [room, lobby] = await Promise.all([user.join(own), user.join('lobby')]);
    const ping = () => room.push('ping', { from: user.index });
    void user.pace(ping);
    // One member of each room talks all the time: what a slow handler makes wait piles up in its mailbox.
    if (user.index < rooms) void user.every('125ms', ping);
    await user.ramped();
    // A small run has short calms, and every one of them needs a broadcast.
    const every = user.clients < 10_000 ? '250ms' : '1s';
    if (user.index === 0) void user.every(every, () => lobby.publish('shout'), { phase: '0ms' });
    // Two hundred look into the room next door and leave again, so that joins are measured at all times.
    const stride = Math.max(1, Math.floor(user.clients / 200));
    if (user.index % stride !== stride - 1) return;
    const nextDoor = `room:${(user.index + 1) % rooms}`;
    await user.every('5s', async () => (await user.join(nextDoor)).leave());
  },
  faults: [
    fault.slowJoin({ delayMs: 2_000, topic: 'room:*', rejoin: 0.02 }).at('45s').for('15s'),
    fault.blockingHandler({ delayMs: 300, topic: 'room:*', share: 0.1 }).at('75s').for('15s'),
    fault.intercept({ event: 'shout', topic: 'lobby' }).at('108s').for('12s'),
    fault.networkDrop({ reset: 0.05, blackhole: 0.02 }).at('140s').for('15s'),
  ],
  thresholds: {
    push_duration: [
      { expression: 'med<100', during: 'steady' },
      { expression: 'p(95)<1000', during: 'steady' },
    ],
    push_timeouts: ['rate<0.01'],
    join_timeouts: ['rate<0.01'],
    broadcast_latency: [{ expression: 'max<5000', during: 'steady' }],
    delivery_missing: [{ expression: 'count==0', during: 'steady' }],
    recovery_duration: ['max<30000'],
  },
  // `firedrill drill`: no fault before the crowd is served, and all of it served again after the last one.
  drill: { steadyState: { push_duration: ['p(90)<1000'], push_timeouts: ['rate<0.01'] } },
  finding({ run }) {
    const joins = (during: 'steady' | 'slow_join') => run.text('join_duration', 'med', { during });
    const pushes = (during: 'steady' | 'blocking_handler') => run.text('push_duration', 'p(95)', { during });
    return (
      `join p(50) ${joins('steady')}, under slow joins ${joins('slow_join')}; push p(95) ${pushes('steady')}, ` +
      `under blocking handlers ${pushes('blocking_handler')}; ${run.text('drops', 'count')} connections dropped; ` +
      `steady again at most ${run.text('recovery_duration', 'max')} after a fault`
    );
  },
});
