// Claim: a broadcast while join/3 runs misses the joiner, and with its socket it raises; after_join reaches it.
import { scenario, type Payload, type User } from 'firedrill';

const TOPIC = 'room:news';
const JOIN_MS = 400;

/** Joins on each full second: is it in, and has it heard the event? */
async function visit(user: User, payload: Payload, event: string): Promise<void> {
  await user.join('lobby');
  const look = async (): Promise<void> => {
    const room = user.channel(TOPIC, payload);
    let heard = false;
    room.on(event, () => void (heard = true));
    await room.join();
    await user.sleep('200ms');
    user.check('joined', room.isJoined);
    user.check('heard', heard);
    room.leave();
  };
  await user.every('1s', look, { phase: '0ms' });
}

export default scenario({
  about: 'Broadcasts from join/3: who hears them?',
  claim: ['B7', 'B8'],
  load: { clients: 100, ramp: '1s', hold: '19s' },
  small: { clients: 20, duration: '5s', ramp: '500ms' },
  server: { nodes: 1 },
  metrics: { joined: 'rate', heard: 'rate' },
  variants: {
    trouble: {
      about: 'broadcasts while join/3 runs, over the Endpoint and with the socket',
      async client(user) {
        if (user.index === 0) {
          // As Endpoint.broadcast in join/3: who joins is not subscribed yet (phoenix-semantics 2.4).
          const room = await user.join(TOPIC);
          return user.every('1s', () => room.push('shout'), { phase: JOIN_MS / 2 });
        }
        // With its socket, which is not joined yet, broadcast!/3 raises; the room raises at that place when asked to.
        const raises = user.index % 2 === 0;
        user.tag('with', raises ? 'socket' : 'endpoint');
        return visit(user, raises ? { crash: true } : { delay_ms: JOIN_MS }, 'shout');
      },
      thresholds: {
        'joined{with:socket}': ['rate==0'],
        'joined{with:endpoint}': ['rate>0.95'],
        heard: ['rate==0'],
      },
    },
    remedy: {
      about: 'send(self(), :after_join), and handle_info pushes what there is to say',
      client: (user) => visit(user, { after_join: 1 }, 'after_join'),
      thresholds: { joined: ['rate>0.95'], heard: ['rate>0.95'] },
    },
  },
  finding: ({ trouble, remedy }) =>
    `of broadcasts made while join/3 runs joiners hear ${trouble.text('heard{with:endpoint}', 'rate')}, ` +
    `and of joins in which it raises ${trouble.text('joined{with:socket}', 'rate')} succeed; ` +
    `what after_join says reaches ${remedy.text('heard', 'rate')}`,
});
