// Claim: 100,000 clients join as fast as bare sockets do, and one broadcast reaches all of them as soon.
import { scenario } from 'firedrill';

export default scenario({
  about: 'The whole width: everybody joins at once, then one broadcast every four seconds and nothing else',
  load: { clients: 100_000, ramp: '1s', hold: '55s' },
  async client(user) {
    const lobby = await user.join('lobby');
    if (user.index !== 0) return;
    await user.sleep('28s');
    await user.every('4s', () => lobby.publish('shout'), { phase: '0ms' });
  },
});
