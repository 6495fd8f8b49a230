// Claim: slow joins, blocking handlers, intercepted broadcasts and network drops each leave their own mark on 100,000 clients.
import { fault, scenario } from 'firedrill';

/** Members of a room at full size; a smaller run keeps twenty rooms. */
const ROOM = 1_000;

export default scenario({
  about: 'Four faults, one after the other, against clients that share a lobby and sit in rooms of 1,000',
  load: { clients: 100_000, ramp: '20s', hold: '160s', rate: 1_000 },
  async client(user) {
    const rooms = Math.max(20, Math.ceil(user.clients / ROOM));
    const [room, lobby] = await Promise.all([user.join(`room:${user.index % rooms}`), user.join('lobby')]);
    // One member of each room talks all the time: ten pushes a second into one mailbox.
    if (user.index < rooms) void user.every('100ms', () => room.push('ping', { from: user.index }));
    if (user.index === 0) void user.every('1s', () => lobby.publish('shout'), { phase: '0ms' });
    await user.pace(() => room.push('ping', { from: user.index }));
  },
  faults: [
    fault.slowJoin({ delayMs: 400, topic: 'room:*', rejoin: 0.05 }).at('40s').for('15s'),
    fault.blockingHandler({ delayMs: 150, topic: 'room:*', share: 0.1 }).at('70s').for('15s'),
    fault.intercept({ event: 'shout', topic: 'lobby' }).at('105s').for('10s'),
    fault.networkDrop({ reset: 0.1, blackhole: 0.02 }).at('140s').for('15s'),
  ],
  thresholds: {
    join_duration: [{ expression: 'p(99)<5000', during: 'steady' }],
    push_timeouts: ['rate<0.01'],
  },
});
