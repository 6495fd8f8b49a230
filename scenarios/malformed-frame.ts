// Claim: a crash takes one channel, a malformed frame every channel of its connection, and none of anybody else's.
import { fault, scenario, type Channel, type Result, type User } from 'firedrill';

const TOPICS = 3;
/** One client in five does it. */
const FIFTH = 5;

/** Three topics, each of which is counted when it is lost. */
async function sit(user: User): Promise<Channel[]> {
  user.tag('does', user.index % FIFTH === 0 ? 'wrong' : 'well');
  const names = Array.from({ length: TOPICS }, (_, nth) => `room:${user.index}-${nth}`);
  const rooms = await Promise.all(names.map((name) => user.join(name)));
  for (const room of rooms) {
    void user.every('1s', () => room.push('ping'));
    // Nobody sends such an event: the wait ends when the channel or its connection does.
    void room.next('never', { within: '1h' }).then(() => user.count('lost'));
  }
  return rooms;
}

/** Topics lost for each client that did it. */
function perCulprit(run: Result<'lost'>): string {
  const lost = run.figure('lost{does:wrong}', 'count') ?? 0;
  return (lost / Math.ceil(run.clients / FIFTH)).toFixed(1);
}

export default scenario({
  about: 'Blast radius: what a crash in handle_in takes along, and what a frame that cannot be decoded does',
  claim: ['A21'],
  load: { clients: 200, ramp: '5s', hold: '25s' },
  small: { clients: 25, duration: '5s', ramp: '500ms' },
  server: { nodes: 1 },
  metrics: { lost: 'counter' },
  variants: {
    crash: {
      about: 'an event that raises in handle_in',
      async client(user) {
        const [room] = await sit(user);
        await user.ramped();
        await user.sleep('1s');
        if (user.index % FIFTH === 0) await room?.push('crash');
      },
      thresholds: { drops: ['count==0'], 'lost{does:wrong}': ['count>0'], 'lost{does:well}': ['count==0'] },
    },
    frame: {
      about: 'a text frame that is not JSON',
      client: (user) => sit(user),
      faults: [fault.garbage({ form: 'json', tag: 'does:wrong' }).at('10s').for('5s')],
      thresholds: { drops: ['count>0'], 'lost{does:wrong}': ['count>5'], 'lost{does:well}': ['count==0'] },
    },
  },
  finding({ crash, frame }) {
    const others = (run: Result<'lost'>) => `${run.text('lost{does:well}', 'count')} of all others`;
    return (
      `of the ${TOPICS} topics on a connection a crash takes ${perCulprit(crash)} (${others(crash)}), ` +
      `a malformed frame ${perCulprit(frame)} (${others(frame)})`
    );
  },
});
