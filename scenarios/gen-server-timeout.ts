// Claim: when GenServer.call takes too long the caller dies, and the server works on for nobody.
import { scenario, type User } from 'firedrill';

/** Times are a tenth of what they are in Phoenix, where a call waits 5 s unless told otherwise. */
const [SHORT_MS, LONG_MS] = [500, 1_500];
/** What one burst asks of the one server: twice what the short timeout leaves time for. */
const BURST_MS = 1_000;

/** All channels call the node's one server at the same moment, each for its share of the burst. */
async function call(user: User, timeout: number): Promise<void> {
  const room = await user.join(`room:${user.index}`);
  if (user.index === 0) {
    // One calls when those who gave up have been dead for 200 ms: is the server free?
    const after = (): unknown => room.push('call', { ms: 1 }, { tags: { kind: 'after' } });
    return user.every('2s', after, { phase: SHORT_MS + 200 });
  }
  const ask = async (): Promise<void> => {
    const asked = { ms: BURST_MS / user.clients, timeout };
    const { status } = await room.push('call', asked, { tags: { kind: 'burst' } });
    user.check('answered', status === 'ok');
  };
  await user.every('2s', ask, { phase: '0ms' });
}

export default scenario({
  about: 'GenServer timeouts: many callers, one server, and how long they wait for it',
  claim: ['A1', 'A3'],
  load: { clients: 100, ramp: '1s', hold: '29s' },
  small: { clients: 40, duration: '6s', ramp: '500ms' },
  server: { nodes: 1 },
  metrics: { answered: 'rate' },
  variants: {
    short: {
      about: `callers wait ${SHORT_MS} ms`,
      client: (user) => call(user, SHORT_MS),
      thresholds: {
        answered: ['rate<0.8'],
        // Nothing is left to be done for anybody alive, and still it waits.
        'push_duration{kind:after}': ['max>150'],
      },
    },
    long: {
      about: `callers wait ${LONG_MS} ms`,
      client: (user) => call(user, LONG_MS),
      thresholds: { answered: ['rate>0.95'], 'push_duration{kind:burst}': ['max>600'] },
    },
  },
  finding: ({ short, long }) =>
    `calls that need ${BURST_MS} ms of one server together: with a timeout of ${SHORT_MS} ms ` +
    `${short.text('answered', 'rate')} are answered and the other callers crash, yet a call 200 ms later still waits ` +
    `${short.text('push_duration{kind:after}', 'max')} behind them; with ${LONG_MS} ms ` +
    `${long.text('answered', 'rate')} are, after up to ${long.text('push_duration{kind:burst}', 'max')}`,
});
