// Claim: half a million clients join on one machine, and stay.
import { scenario } from 'firedrill';

export default scenario({
  about: 'Half a million clients that come at an even pace and stay',
  load: { clients: 500_000, ramp: '400s', hold: '120s' },
  // At phoenix.js's 30 s their heartbeats alone would fill a core of two; a server closes what is silent for 60 s.
  connect: { heartbeat: '50s' },
  async client(user) {
    await user.join('lobby');
  },
});
