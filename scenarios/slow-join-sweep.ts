// Claim: what is sent behind a join/3 waits for as long as that takes, whatever its topic; from the client's 10 s on neither is answered.
import { scenario, type Result } from 'firedrill';

/** Five times as fast as phoenix.js, so that a run is short: it waits 10 s for a join and for a push. */
const FASTER = 5;

/** How long join/3 takes, as phoenix.js would see it. */
const SWEEP = { '100ms': 100, '500ms': 500, '2s': 2_000, '5s': 5_000, '8s': 8_000, '12s': 12_000 } as const;
type Swept = keyof typeof SWEEP;
const swept = Object.keys(SWEEP) as Swept[];

/** The ping waits for all of it, and for little else. */
const waits = (name: Swept) => ({
  [`push_duration{join:${name}}`]: [
    `med>${(SWEEP[name] / FASTER) * 0.9}`,
    `med<${SWEEP[name] / FASTER + 200}`,
  ],
  [`joined{join:${name}}`]: ['rate>0.95'],
});

export default scenario({
  about: 'Slow joins of 0.1 to 12 s: how long does everything behind them wait?',
  claim: ['B5', 'B6'],
  load: { clients: 120, ramp: '1s', hold: '29s' },
  small: { clients: 60, duration: '7s', ramp: '300ms' },
  connect: { pushTimeout: 10_000 / FASTER },
  server: { nodes: 1 },
  metrics: { joined: 'rate' },
  async client(user) {
    const room = await user.join(`room:${user.index}`);
    const name = swept[user.index % swept.length] ?? '100ms';
    user.tag('join', name);
    for (let turn = 0; user.isRunning; turn += 1) {
      const slow = user.channel(`room:${user.index}-${turn}`, { delay_ms: SWEEP[name] / FASTER });
      const [{ status }] = await Promise.all([slow.join(), room.push('ping')]);
      user.check('joined', status === 'ok');
      slow.leave();
      await user.sleep(500);
    }
  },
  thresholds: {
    ...waits('100ms'),
    ...waits('500ms'),
    ...waits('2s'),
    ...waits('5s'),
    ...waits('8s'),
    'push_timeouts{join:12s}': ['rate>0.9'],
    'joined{join:12s}': ['rate<0.05'],
  },
  finding({ run }: { run: Result<'joined'> }) {
    const answered = swept.filter((name) => SWEEP[name] < 10_000);
    const each = answered.map((name) => `${name}: ${run.text(`push_duration{join:${name}}`, 'med')}`);
    return (
      `five times as fast as phoenix.js, a ping behind a join/3 waits (medians) ${each.join(', ')}; behind one of 12s ` +
      `${run.text('push_timeouts{join:12s}', 'rate')} time out, and of those joins ${run.text('joined{join:12s}', 'rate')} succeed`
    );
  },
});
