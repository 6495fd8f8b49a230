// Claim: what callbacks leave in a channel's state stays for as long as the channel does, and goes with it.
import { fault, scenario, type Result, type User } from 'firedrill';

/** Pings at a share of the rate, in a channel that stays or in a new one each second. */
async function ping(user: User, stays: boolean): Promise<void> {
  const topic = `room:${user.index}`;
  let room = await user.join(topic);
  void user.pace(() => room.push('ping'));
  if (stays) return;
  await user.every('1s', async () => {
    room.leave();
    room = await user.join(topic);
  });
}

export default scenario({
  about: 'A state leak: each push leaves 100 kB in the state of its channel',
  claim: ['A12', 'A13'],
  load: { clients: 100, ramp: '2s', hold: '13s', rate: 500 },
  small: { clients: 50, duration: '5500ms', ramp: '500ms' },
  server: { nodes: 1 },
  faults: [fault.stateLeak({ bytes: 100_000 }).at('4s').for('10s')],
  variants: {
    long_lived: {
      about: 'channels stay for the whole run',
      client: (user) => ping(user, true),
      thresholds: { server_memory: ['max>220e6'], push_timeouts: ['count==0'] },
    },
    short_lived: {
      about: 'each client leaves and joins again every second',
      client: (user) => ping(user, false),
      thresholds: { server_memory: ['max<220e6'], push_timeouts: ['count==0'] },
    },
  },
  finding({ long_lived, short_lived }) {
    const held = (run: Result) => run.text('server_memory', 'max');
    return (
      `500 pushes a second that leave 100 kB each: the server holds ${held(long_lived)} at most where channels stay, ` +
      `${held(short_lived)} where they end each second`
    );
  },
});
