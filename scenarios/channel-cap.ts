// Claim: a connection joins 100 topics, and no more until it leaves one; phoenix.js goes on asking, and gets in then.
import { scenario, type Result, type User } from 'firedrill';

/** Phoenix's max_channels_per_transport, since 1.8.9. */
const CAP = 100;

async function fill(user: User): Promise<void> {
  const topics = Array.from({ length: CAP }, (_, nth) => `room:${user.index}-${nth}`);
  const rooms = await Promise.all(topics.map((topic) => user.join(topic)));
  const last = user.channel(`room:${user.index}-${CAP}`);
  const { status } = await last.join();
  user.check('refused', status === 'error');
  rooms[0]?.leave();
  // A second later a refused join is tried again.
  await user.sleep('1600ms');
  user.check('in_later', last.isJoined);
}

function refusals(run: Result<'refused' | 'in_later'>): string {
  return `${run.text('refused', 'rate')} of the clients are refused topic ${CAP + 1}`;
}

export default scenario({
  about: 'The channel cap: one connection, one topic too many',
  claim: 'B1',
  load: { clients: 50, ramp: '5s', hold: '10s' },
  small: { clients: 10, duration: '4s', ramp: '500ms' },
  server: { nodes: 1 },
  metrics: { refused: 'rate', in_later: 'rate' },
  variants: {
    capped: {
      about: `at most ${CAP} channels, as Phoenix has it`,
      client: fill,
      thresholds: { refused: ['rate==1'], in_later: ['rate==1'], push_timeouts: ['count==0'] },
    },
    lifted: {
      about: 'max_channels_per_transport: :infinity',
      server: { nodes: 1, maxChannels: 'infinity' },
      client: fill,
      thresholds: { refused: ['rate==0'], in_later: ['rate==1'], push_timeouts: ['count==0'] },
    },
  },
  finding: ({ capped, lifted }) =>
    `${refusals(capped)}, ${capped.text('in_later', 'rate')} get in once they leave another; ` +
    `without the cap ${refusals(lifted)}`,
});
