// Claim: each phx_join starts a channel of its own; a second one for a topic on one connection ends the first in the midst of its work.
import { scenario, type Channel, type Result, type User } from 'firedrill';

const BEAT = '1500ms';

/** Asks for 400 ms of work and says something behind it: do the answer and the saying come? */
async function work(user: User, room: Channel, meanwhile: () => Channel | Promise<Channel>): Promise<void> {
  const asked = room.push('block', { ms: 400 });
  room.cast('shout');
  const listener = await meanwhile();
  const { status } = await listener.next('shout', { within: '1s' });
  user.check('said', status === 'ok');
  user.check('answered', (await asked).status === 'ok');
  listener.leave();
}

/** Two parts of a page open the same topic over the page's one socket. */
async function onePage(user: User): Promise<void> {
  const topic = `room:${user.index}`;
  const joinAgain = async (): Promise<Channel> => {
    await user.sleep('100ms');
    // phoenix.js makes the first one leave, and the server ends it at once, work, queue and all (phoenix-semantics 2.5).
    const second = await user.join(topic);
    await second.push('ping');
    return second;
  };
  await user.every(BEAT, async () => work(user, await user.join(topic), joinAgain));
}

/** The second tab has a connection, and so a channel, of its own. */
async function twoTabs(user: User): Promise<void> {
  const topic = `room:${Math.floor(user.index / 2)}`;
  const tab = async () => (await user.join(topic)).leave();
  if (user.index % 2 === 1) return user.every(BEAT, tab, { phase: '100ms' });
  const page = async () => user.join(topic).then((room) => work(user, room, () => room));
  return user.every(BEAT, page, { phase: '0ms' });
}

function kept(run: Result<'answered' | 'said'>): string {
  return `${run.text('answered', 'rate')} of its answers and ${run.text('said', 'rate')} of what waited behind them come`;
}

export default scenario({
  about: 'Duplicate joins: what becomes of the channel that was there first?',
  claim: ['B1', 'B2'],
  load: { clients: 100, ramp: '2s', hold: '28s' },
  small: { clients: 40, duration: '6s', ramp: '500ms' },
  server: { nodes: 1 },
  metrics: { answered: 'rate', said: 'rate' },
  variants: {
    sameSocket: {
      about: 'both joins over one connection',
      client: onePage,
      thresholds: { answered: ['rate==0'], said: ['rate==0'], join_timeouts: ['count==0'] },
    },
    ownSocket: {
      about: 'the second join from another tab',
      client: twoTabs,
      thresholds: { answered: ['rate>0.95'], said: ['rate>0.95'], join_timeouts: ['count==0'] },
    },
  },
  finding: ({ sameSocket, ownSocket }) =>
    `join/3 ran ${sameSocket.text('join_duration', 'count')} times on ${sameSocket.text('connections', 'count')} connections; after a ` +
    `second join on its socket ${kept(sameSocket)}, after one from another tab ${kept(ownSocket)}`,
});
