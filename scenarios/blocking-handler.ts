// Claim: 50 ms of work in handle_in caps a channel at 20 messages a second; a task that replies by itself lifts the cap.
import { scenario, type Result, type User } from 'firedrill';

/** A quarter more than a process can do that takes 50 ms for each. */
const ASKED_PER_SECOND = 25;

/** Each client asks a channel of its own. */
async function ask(user: User, event: 'block' | 'task'): Promise<void> {
  const room = await user.join(`room:${user.index}`);
  await user.every(1_000 / ASKED_PER_SECOND, async () => {
    const { status } = await room.push(event, { ms: 50 });
    if (status === 'ok') user.count('answered');
  });
}

function perChannel(run: Result<'answered'>): string {
  const perSecond = run.figure('answered', 'rate', { during: 'steady' });
  return perSecond === null ? 'nothing' : `${(perSecond / run.clients).toFixed(1)}/s`;
}

export default scenario({
  about: 'Blocking handlers: one slow handle_in holds its whole channel',
  claim: ['B14', 'B15'],
  load: { clients: 100, ramp: '2s', hold: '18s' },
  small: { clients: 10, duration: '5s', ramp: '500ms' },
  server: { nodes: 1 },
  metrics: { answered: 'counter' },
  variants: {
    trouble: {
      about: 'handle_in works for 50 ms',
      client: (user) => ask(user, 'block'),
      thresholds: {
        // What waits grows by five messages a second: 250 ms.
        push_duration: [{ expression: 'med>300', during: 'steady' }],
      },
    },
    remedy: {
      about: 'handle_in starts a task for the 50 ms and returns; the task replies',
      client: (user) => ask(user, 'task'),
      thresholds: {
        push_duration: [{ expression: 'med<150', during: 'steady' }],
        push_timeouts: ['count==0'],
      },
    },
  },
  finding({ trouble, remedy }) {
    const waits = (run: Result<'answered'>) => run.text('push_duration', 'med', { during: 'steady' });
    return (
      `asked ${ASKED_PER_SECOND} times a second for 50 ms of work, a channel answers ${perChannel(trouble)} ` +
      `with push p(50) ${waits(trouble)}; with a task that replies ${perChannel(remedy)} with ${waits(remedy)}`
    );
  },
});
