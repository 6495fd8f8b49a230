// Claim: each join of a topic with Presence is a diff to everybody there: twice the members are four times the frames.
import { scenario, type Result, type User } from 'firedrill';

const ROOM = 10;

/** Joins, and counts the diffs it hears until all have come. */
async function sit(user: User, topic: string): Promise<void> {
  let diffs = 0;
  await user.join(topic, { user_id: `${user.index}` }, { presence_diff: () => (diffs += 1) });
  await user.ramped();
  await user.sleep('1500ms');
  user.count('frames', diffs);
  user.record('heard', diffs);
}

export default scenario({
  about: 'A Presence storm: many join within a second or two',
  claim: ['A15'],
  load: { clients: 400, ramp: '2s', hold: '10s' },
  small: { clients: 60, duration: '3s', ramp: '500ms' },
  server: { nodes: 1 },
  metrics: { frames: 'counter', heard: { kind: 'trend', unit: 'count' } },
  variants: {
    half: {
      about: 'every other client, all in one topic',
      client: (user) => (user.index % 2 === 0 ? sit(user, 'presence:all') : user.join('room:aside')),
      thresholds: { heard: ['avg>10'] },
    },
    whole: {
      about: 'all of them, in one topic',
      client: (user) => sit(user, 'presence:all'),
      thresholds: { heard: ['avg>25'] },
    },
    rooms: {
      about: `all of them, in rooms of ${ROOM}`,
      client: (user) => sit(user, `presence:${Math.floor(user.index / ROOM)}`),
      thresholds: { heard: [`avg<=${ROOM}`] },
    },
  },
  finding({ half, whole, rooms }) {
    const frames = (run: Result<'frames' | 'heard'>) => run.figure('frames', 'count') ?? 0;
    const times = (frames(whole) / Math.max(1, frames(half))).toFixed(1);
    return (
      `${whole.clients} joins of one topic are ${whole.text('frames', 'count')} diffs, ${times} times those of half ` +
      `as many (${half.text('frames', 'count')}); in rooms of ${ROOM} they are ${rooms.text('frames', 'count')}`
    );
  },
});
