// Claim: a client that does not read blocks its own transport, nobody else's; a mailbox grows until the send timeout.
import { fault, scenario, type Result } from 'firedrill';

const ROOM = 4;
/** 40 of them a second are 4 MB: what the kernel keeps for a reader that stands still is full within two seconds. */
const BLOB = 'x'.repeat(100_000);

export default scenario({
  about: 'A slow reader: one member of a busy room stops reading',
  claim: ['A10', 'A19'],
  load: { clients: 100, ramp: '5s', hold: '30s' },
  small: { clients: 20, duration: '5500ms', ramp: '500ms' },
  server: { nodes: 1 },
  async client(user) {
    user.tag('reads', user.index === 1 ? 'nothing' : 'all');
    const room = await user.join(`room:${Math.floor(user.index / ROOM)}`);
    void user.every('250ms', () => room.push('ping'));
    await user.ramped();
    if (user.index === 0) await user.every('25ms', () => room.publish('shout', { text: BLOB }));
  },
  faults: [fault.stall({ tag: 'reads:nothing' }).at('10s').for('22s')],
  variants: {
    patient: {
      about: 'the send timeout is 30 s, as in Phoenix',
      thresholds: {
        mailbox_oldest_wait: ['max>1000'],
        drops: ['count==0'],
        'push_duration{reads:all}': [{ expression: 'med<200', during: 'stall' }],
      },
    },
    strict: {
      about: 'the send timeout is 500 ms',
      server: { nodes: 1, sendTimeout: '500ms' },
      thresholds: {
        mailbox_oldest_wait: ['max<1000'],
        drops: ['count>0'],
        'push_duration{reads:all}': [{ expression: 'med<200', during: 'stall' }],
      },
    },
  },
  finding({ patient, strict }) {
    const queue = (run: Result) =>
      `longest mailbox ${run.text('mailbox_max', 'max')} (100 kB each), oldest message ` +
      `${run.text('mailbox_oldest_wait', 'max')}, connections cut: ${run.text('drops', 'count')}`;
    const others = patient.text('push_duration{reads:all}', 'med', { during: 'stall' });
    return (
      `one reader stands still, and pushes of all others take ${others} (median); ${queue(patient)}; ` +
      `with a send timeout of 500 ms, ${queue(strict)}`
    );
  },
});
