// Claim: clients cut together come back together, for phoenix.js waits without jitter; a jittered wait spreads them.
import { fault, scenario, type Result } from 'firedrill';

export default scenario({
  about: 'The herd: everybody loses the connection at once',
  claim: ['A6'],
  load: { clients: 1_000, ramp: '5s', hold: '25s' },
  small: { clients: 200, duration: '5500ms', ramp: '1s' },
  server: { nodes: 1 },
  async client(user) {
    const room = await user.join(`room:${user.index % 50}`);
    // From here on a join is one of the herd's.
    user.tag('joins', 'again');
    await user.every('1s', () => room.push('ping'));
  },
  faults: [fault.reset().at('8s').for('2s')],
  variants: {
    phoenix_js: {
      about: 'the waits of phoenix.js: 10 ms, then 50, 100 …',
      thresholds: {
        drops: ['count>0'],
        reconnect_duration: ['p(90)<1000'],
        // In the two seconds of the fault they are all back; with jitter most of them are not.
        server_connects: [{ expression: 'count>150', during: 'reset' }],
      },
    },
    jitter: {
      about: 'a first wait of 1.5 s, nine tenths more or less',
      connect: { reconnect: { waits: ['1500ms', '5s'], jitter: 0.9 } },
      thresholds: {
        drops: ['count>0'],
        reconnect_duration: ['p(90)>1700', 'max<15000'],
        'join_duration{joins:again}': ['p(95)<1000'],
      },
    },
  },
  finding({ phoenix_js, jitter }) {
    const herd = (run: Result) =>
      `90 % are back ${run.text('reconnect_duration', 'p(90)')} after their cut, ` +
      `at most ${run.text('server_connect_rate', 'max', { during: 'reset' })} connect as the server sees it, ` +
      `their joins take ${run.text('join_duration{joins:again}', 'p(95)')} at p(95)`;
    return `${phoenix_js.clients} clients cut at once: ${herd(phoenix_js)}; with jitter ${herd(jitter)}`;
  },
});
