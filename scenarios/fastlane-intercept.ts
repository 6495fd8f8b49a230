// Claim: an intercepted broadcast passes through every channel process; on the fastlane through none.
// npx firedrill run scenarios/fastlane-intercept.ts --clients 10000 --ramp 10s --duration 40s
// npx firedrill run scenarios/fastlane-intercept.ts --clients 100000 --ramp 40s --duration 80s
import { scenario, type Json, type Result, type User } from 'firedrill';

/** Topics instead of one, where a message concerns only one in so many. */
const NARROWER = 20;

async function listen(user: User, topic: string, event: 'shout' | 'ishout'): Promise<void> {
  const room = await user.join(topic);
  // What handle_out adds tells of a channel process; a few of the speaker's topic look.
  const look = (payload: Json): void => user.check('handled_out', isPersonal(payload));
  if (user.index % 100 === NARROWER) room.on(event, look);
  await user.ramped();
  // The more there are, the longer until the last of them has it.
  const gap = Math.max(250, user.clients / 25);
  if (user.index === 0) await user.every(gap, () => room.publish(event, { text: 'to all' }));
}

function isPersonal(payload: Json): boolean {
  return typeof payload === 'object' && payload !== null && 'to' in payload;
}

function reach(run: Result<'handled_out'>): string {
  return `${run.text('broadcast_latency', 'avg')}, the last ${run.text('broadcast_spread', 'avg')} behind the first`;
}

/** It reaches everybody, and was in the hands of every channel process, or of none. */
const reaches = (handledOut: 0 | 1) => ({
  handled_out: [`rate==${handledOut}`],
  delivery_missing: ['count==0'],
  broadcast_latency: ['avg<2500'],
});

export default scenario({
  about: 'Fastlane, intercept, narrower topics: what one broadcast costs',
  claim: ['B18', 'B19', 'B20'],
  load: { clients: 2_000, ramp: '4s', hold: '26s' },
  small: { clients: 500, duration: '3s', ramp: '800ms' },
  metrics: { handled_out: 'rate' },
  variants: {
    fastlane: {
      about: 'encoded once, sent to every connection past its channel process',
      client: (user) => listen(user, 'lobby', 'shout'),
      thresholds: reaches(0),
    },
    intercepted: {
      about: 'handle_out of every channel process, and each encodes it',
      client: (user) => listen(user, 'lobby', 'ishout'),
      thresholds: reaches(1),
    },
    narrower: {
      about: `one topic of ${NARROWER}: only those it concerns`,
      client: (user) => listen(user, `room:${user.index % NARROWER}`, 'shout'),
      thresholds: reaches(0),
    },
  },
  finding: ({ fastlane, intercepted, narrower }) =>
    `one broadcast to ${fastlane.clients} arrives after ${reach(fastlane)}; intercepted after ${reach(intercepted)}; ` +
    `where it goes to the one in ${NARROWER} it concerns after ${reach(narrower)} (averages)`,
});
