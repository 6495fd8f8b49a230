// Claim: the first frame of a topic is the reply to its join; after_join and all broadcasts come behind it.
import { scenario } from 'firedrill';

const ROOMS = 4;

export default scenario({
  about: 'after_join: does anything come before the reply, in rooms where somebody always talks?',
  claim: ['B8', 'B3'],
  load: { clients: 200, ramp: '2s', hold: '28s' },
  small: { clients: 40, duration: '6s', ramp: '500ms' },
  server: { nodes: 1 },
  metrics: { behind_reply: 'rate', greeted: 'rate' },
  async client(user) {
    // One in each room talks, fifty times a second.
    if (user.index < ROOMS) {
      const room = await user.join(`room:${user.index}`);
      return user.every('20ms', () => room.cast('shout'));
    }
    // The others drop in, one room after the other: what is still on its way from the last one is of another topic.
    let visits = user.index;
    await user.every('1s', async () => {
      visits += 1;
      const room = user.channel(`room:${visits % ROOMS}`, { after_join: visits });
      const look = (): void => user.check('behind_reply', room.isJoined);
      room.on('shout', look);
      room.on('after_join', look);
      await room.join();
      const { status } = await room.next('after_join', { within: '500ms' });
      user.check('greeted', status === 'ok');
      await user.sleep('100ms');
      room.leave();
    });
  },
  thresholds: {
    behind_reply: ['rate==1', 'count>100'],
    greeted: ['rate>0.95'],
  },
  finding: ({ run }) =>
    `in ${run.text('join_duration', 'count')} joins ${run.text('behind_reply', 'rate')} of the ` +
    `${run.text('behind_reply', 'count')} pushes and broadcasts that joiners heard came behind the reply; ` +
    `${run.text('greeted', 'rate')} of the joiners got their after_join`,
});
