// Claim: in rooms of fifty at rest every push is answered and every message reaches everybody once, within milliseconds.
import { scenario } from 'firedrill';

const ROOM = 50;

export default scenario({
  about: 'Steady rooms: nothing is wrong; what the other drills are held against',
  claim: 'B16',
  load: { clients: 500, ramp: '5s', hold: '25s', rate: 250 },
  small: { clients: 50, duration: '6s', ramp: '1s', rate: 50 },
  server: { nodes: 1 },
  async client(user) {
    const room = await user.join(`room:${Math.floor(user.index / ROOM)}`);
    void user.pace(() => room.push('ping', { from: user.index }));
    await user.ramped();
    // One member of each room says something every half second.
    if (user.index % ROOM === 0) await user.every('500ms', () => room.publish('shout', { text: 'hello' }));
  },
  thresholds: {
    push_duration: [{ expression: 'p(95)<100', during: 'steady' }],
    broadcast_latency: [{ expression: 'p(95)<200', during: 'steady' }],
    push_timeouts: ['count==0'],
    delivery_missing: ['count==0'],
    delivery_duplicates: ['count==0'],
    delivery_reordered: ['count==0'],
  },
  finding({ run }) {
    const push = run.text('push_duration', 'p(95)', { during: 'steady' });
    const heard = run.text('broadcast_latency', 'p(95)', { during: 'steady' });
    const missing = run.text('delivery_missing', 'count');
    return `push p(95) ${push}; a message reaches its room of ${ROOM} in ${heard} at p(95), ${missing} deliveries missing`;
  },
});
