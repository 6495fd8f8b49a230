// Claim: a mailbox has no limit: above the service rate the wait grows and grows, and nothing fails.
import { scenario, type Result, type User } from 'firedrill';

/** One round trip to a database, say: it takes as long for one item as for ten. */
const WORK_MS = 20;
const [FLOOD, THROTTLED, BATCHED] = [80, 30, 8];

/** Each client sends to a channel of its own, so many messages a second. */
async function send(user: User, perSecond: number): Promise<void> {
  const room = await user.join(`room:${user.index}`);
  await user.every(1_000 / perSecond, () => room.push('block', { ms: WORK_MS }));
}

function queueOf(run: Result): string {
  return `${run.text('mailbox_max', 'max')} messages, the oldest for ${run.text('mailbox_oldest_wait', 'max')}`;
}

export default scenario({
  about: `Mailbox growth: channels that can do ${1_000 / WORK_MS} messages a second, asked for more`,
  claim: ['A10', 'A11', 'A19'],
  load: { clients: 50, ramp: '2s', hold: '10s' },
  small: { clients: 10, duration: '2500ms', ramp: '300ms' },
  server: { nodes: 1 },
  variants: {
    flood: {
      about: `${FLOOD} messages a second`,
      client: (user) => send(user, FLOOD),
      thresholds: {
        mailbox_max: ['max>15'],
        mailbox_oldest_wait: ['max>300'],
        // The server minds nothing: only who looks at the wait can know.
        errors: ['count==0'],
        drops: ['count==0'],
      },
    },
    throttled: {
      about: `the client sends ${THROTTLED} a second`,
      client: (user) => send(user, THROTTLED),
      thresholds: { push_duration: ['med<100'], push_timeouts: ['count==0'] },
    },
    batched: {
      about: `${FLOOD} items a second, ten in each message`,
      client: (user) => send(user, BATCHED),
      thresholds: { push_duration: ['med<100'], push_timeouts: ['count==0'] },
    },
  },
  finding: ({ flood, throttled, batched }) =>
    `at ${FLOOD} messages a second of ${WORK_MS} ms up to ${queueOf(flood)} wait in one mailbox, with ` +
    `${flood.text('errors', 'count')} errors; throttled to ${THROTTLED} one takes ` +
    `${throttled.text('push_duration', 'med')}, the ${FLOOD} in tens ${batched.text('push_duration', 'med')} (medians)`,
});
