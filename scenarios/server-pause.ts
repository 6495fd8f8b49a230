// Claim: a server that stands still loses nobody with patient heartbeats; impatient clients leave and are away longer.
import { fault, scenario } from 'firedrill';

export default scenario({
  about: 'A pause: the only node is stopped, as while a virtual machine is moved, and goes on',
  claim: ['A4', 'A6'],
  load: { clients: 200, ramp: '4s', hold: '26s' },
  small: { clients: 20, duration: '5500ms', ramp: '500ms' },
  server: { nodes: 1 },
  async client(user) {
    const lobby = await user.join('lobby');
    void user.every('500ms', () => lobby.push('ping'));
    await user.ramped();
    if (user.index === 0) await user.every('100ms', () => lobby.publish('shout'));
  },
  faults: [fault.nodePause().at('10s').for('8s')],
  variants: {
    patient: {
      about: 'a heartbeat may go unanswered for 30 s, as in phoenix.js',
      thresholds: {
        push_duration: ['max>1000'],
        push_timeouts: ['count==0'],
        drops: ['count==0'],
        delivery_missing: ['count==0'],
      },
    },
    impatient: {
      about: 'a heartbeat every 400 ms, given up after as long',
      connect: { heartbeat: '400ms', heartbeatTimeout: '400ms' },
      thresholds: { drops: ['count>5'], dropped_sends: ['count>0'] },
    },
  },
  finding({ patient, impatient }) {
    const [away, missing] = [
      impatient.text('reconnect_duration', 'med'),
      impatient.text('delivery_missing', 'count'),
    ];
    return (
      `patient heartbeats: ${patient.text('drops', 'count')} of ${patient.clients} clients drop, pushes wait for ` +
      `${patient.text('push_duration', 'max')} at most; given up after 400 ms: ${impatient.text('drops', 'count')} ` +
      `drop and are away for ${away} (median), deliveries missing: ${missing}`
    );
  },
});
