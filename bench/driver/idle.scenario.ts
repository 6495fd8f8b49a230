// Claim: joined clients that only send heartbeats stay, and cost next to nothing.
import { scenario, type Duration } from 'firedrill';

export default scenario({
  about:
    'Everybody joins as fast as they get in and stays; heartbeats, one broadcast where asked, nothing else',
  load: { clients: 100_000, ramp: '1s', hold: '2m' },
  async client(user) {
    const lobby = await user.join('lobby');
    const at = user.env['BROADCAST_AT'];
    if (user.index !== 0 || at === undefined) return;
    await user.sleep(at as Duration);
    await lobby.publish('shout');
  },
});
