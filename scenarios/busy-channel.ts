// Claim: on the fastlane broadcasts overtake a channel at work; intercepted ones wait and lose their order.
import { scenario, type Json, type Result, type User } from 'firedrill';

/** In each room of ten one speaks; the channels of the others are at work half of the time. */
async function listen(user: User, event: 'shout' | 'ishout'): Promise<void> {
  const room = await user.join(`room:${Math.floor(user.index / 10)}`);
  if (user.index % 10 === 0) {
    await user.ramped();
    let n = 0;
    // Two in a row. The second always takes the fastlane: does it come second?
    return user.every('250ms', () => {
      n += 1;
      void room.publish(event, { n });
      room.cast('shout_from', { n });
    });
  }
  let heard = 0;
  room.on(event, (payload) => void (heard = numberIn(payload)));
  room.on('shout_from', (payload) => user.check('overtaken', heard < numberIn(payload)));
  await user.every('600ms', () => room.push('block', { ms: 300 }));
}

function numberIn(payload: Json): number {
  return (payload as { n: number }).n;
}

function told(run: Result<'overtaken'>): string {
  const latency = run.text('broadcast_latency', 'p(95)', { during: 'steady' });
  return `p(95) ${latency}, ${run.text('overtaken', 'rate')} overtaken by the next one`;
}

export default scenario({
  about: 'Busy channels: which broadcasts wait for them?',
  claim: ['B18', 'B19', 'B20'],
  load: { clients: 200, ramp: '2s', hold: '28s' },
  small: { clients: 40, duration: '5s', ramp: '500ms' },
  server: { nodes: 1 },
  metrics: { overtaken: 'rate' },
  variants: {
    fastlane: {
      about: 'broadcasts go past the channel processes',
      client: (user) => listen(user, 'shout'),
      thresholds: {
        broadcast_latency: [{ expression: 'p(95)<130', during: 'steady' }],
        overtaken: ['rate==0'],
      },
    },
    intercepted: {
      about: 'each channel process hands them out when it gets to them',
      client: (user) => listen(user, 'ishout'),
      thresholds: {
        broadcast_latency: [{ expression: 'p(95)>180', during: 'steady' }],
        overtaken: ['rate>0.15'],
      },
    },
  },
  finding: ({ fastlane, intercepted }) =>
    `broadcasts to channels that are at work for 300 of 600 ms: ${told(fastlane)}; intercepted ${told(intercepted)}`,
});
