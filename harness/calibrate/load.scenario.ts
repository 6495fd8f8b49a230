// Claim: what one worker of the driver can do in a second, and how far two identical runs lie apart.
import { scenario } from '../scenario/api.ts';

/** Members of a room: one broadcast in, so many deliveries out. */
export const ROOM = 100;

/** Doubles every two seconds; `--rate` is the last of them. */
const DOUBLING = [1, 2, 4, 8, 16, 32, 64, 128].map((to) => ({ to, for: to === 1 ? '1s' : '2s' }));

export default scenario({
  about: 'Joins, pushes or deliveries until the driver has had enough; pairs: a little of each, twice',
  load: { clients: 400, ramp: '1s', hold: '14s', rate: DOUBLING },
  async client(user) {
    const room = await user.join(`room:${Math.floor(user.index / ROOM)}`);
    const publish = () => room.publish('shout');
    const push = () => room.push('ping', { from: user.index });
    switch (user.env['WORK']) {
      case 'pushes':
        return user.pace(push);
      case 'deliveries':
        return user.pace(publish);
      case 'pairs':
        if (user.index % ROOM === 0) void user.every('200ms', publish);
        return user.every('500ms', push);
      default:
        return undefined;
    }
  },
});
