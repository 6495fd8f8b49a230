// Claim: a late, a narrow and a broken-up link each slow down the pushes of those who have it, and of nobody else.
import { fault, scenario } from 'firedrill';

/** A frame of about 1 kB, which comes back as large. */
const TEXT = 'x'.repeat(1_000);
const BAD = { tag: 'link:bad' };

export default scenario({
  about: 'Bad links: half of the clients have a late one, then a narrow one, then one that comes in pieces',
  load: { clients: 200, ramp: '5s', hold: '55s' },
  small: { clients: 40, duration: '13s', ramp: '1s' },
  server: { nodes: 1 },
  async client(user) {
    user.tag('link', user.index % 2 === 0 ? 'good' : 'bad');
    const room = await user.join(`room:${user.index % 20}`);
    await user.every('500ms', () => room.push('ping', { text: TEXT }));
  },
  faults: [
    fault
      .latency({ delayMs: 150, jitterMs: 50, ...BAD })
      .at('13s')
      .for('10s'),
    fault
      .bandwidth({ bytesPerSecond: 8_000, ...BAD })
      .at('29s')
      .for('10s'),
    fault
      .slicer({ bytes: 100, delayMs: 20, ...BAD })
      .at('45s')
      .for('10s'),
  ],
  thresholds: {
    'push_duration{link:bad}': [
      { expression: 'med<100', during: 'steady' },
      { expression: 'med>150', during: 'latency' },
      { expression: 'med>150', during: 'bandwidth' },
      { expression: 'med>150', during: 'slicer' },
    ],
    'push_duration{link:good}': ['med<100'],
    push_timeouts: ['count==0'],
    drops: ['count==0'],
  },
  finding({ run }) {
    const push = (during: 'steady' | 'latency' | 'bandwidth' | 'slicer') =>
      run.text('push_duration{link:bad}', 'med', { during });
    return (
      `a push of 1 kB and its answer take ${push('steady')} (median); ${push('latency')} at 150 ± 50 ms each way, ` +
      `${push('bandwidth')} at 8,000 bytes a second, ${push('slicer')} in pieces of 100 bytes 20 ms apart; ` +
      `${run.text('push_duration{link:good}', 'med')} for clients with a good link`
    );
  },
});
