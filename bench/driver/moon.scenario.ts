// Claim: half a million clients join on one machine, and stay.
import { scenario } from 'firedrill';

export default scenario({
  about: 'Half a million clients that come at an even pace and stay',
  load: { clients: 500_000, ramp: '440s', hold: '100s' },
  // The heartbeats of half a million would fill the cores that they need to join.
  connect: { heartbeat: false },
  server: { idleTimeout: '15m' },
  async client(user) {
    await user.join('lobby');
  },
});
