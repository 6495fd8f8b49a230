// Claim: a second join of a topic on one connection ends the first channel in the midst of its work.
import { scenario, type Result, type User } from 'firedrill';

const BEAT = '1500ms';

/** Asks for 400 ms of work and says something behind it: do they come, also where the topic is joined again? */
async function ask(user: User, topic: string, joinsAgain: boolean): Promise<void> {
  const first = await user.join(topic);
  const asked = first.push('block', { ms: 400 });
  first.cast('shout');
  await user.sleep('100ms');
  // phoenix.js makes the first one leave, the server ends it at once, work and queue (phoenix-semantics 2.5).
  const last = joinsAgain ? await user.join(topic) : first;
  const { status } = await last.next('shout', { within: '1s' });
  user.check('said', status === 'ok');
  user.check('answered', (await asked).status === 'ok');
  await last.push('ping');
  last.leave();
}

function kept(run: Result<'answered' | 'said'>): string {
  return `${run.text('answered', 'rate')} of its answers and ${run.text('said', 'rate')} of what waited behind come`;
}

export default scenario({
  about: 'Duplicate joins: what becomes of the channel that was there first?',
  claim: ['B1', 'B2'],
  load: { clients: 100, ramp: '2s', hold: '28s' },
  small: { clients: 40, duration: '5s', ramp: '500ms' },
  server: { nodes: 1 },
  metrics: { answered: 'rate', said: 'rate' },
  variants: {
    sameSocket: {
      about: 'two parts of a page open one topic over the one socket of the page',
      client: (user) => user.every(BEAT, () => ask(user, `room:${user.index}`, true)),
      thresholds: { answered: ['rate==0'], said: ['rate==0'], join_timeouts: ['count==0'] },
    },
    ownSocket: {
      about: 'the second join comes from another tab, and so from another socket',
      client(user) {
        const topic = `room:${Math.floor(user.index / 2)}`;
        const isTab = user.index % 2 === 1;
        const act = isTab ? async () => (await user.join(topic)).leave() : () => ask(user, topic, false);
        return user.every(BEAT, act, { phase: isTab ? '100ms' : '0ms' });
      },
      thresholds: { answered: ['rate>0.95'], said: ['rate>0.95'], join_timeouts: ['count==0'] },
    },
  },
  finding: ({ sameSocket, ownSocket }) =>
    `join/3 ran ${sameSocket.text('join_duration', 'count')} times on ${sameSocket.text('connections', 'count')} ` +
    `connections; after a second join on its socket ${kept(sameSocket)}, after one from another tab ${kept(ownSocket)}`,
});
