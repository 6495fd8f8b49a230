// Claim: a worker may crash 3 times in 5 s; the 4th crash ends its supervisor, and what hangs on that goes too.
import { fault, scenario, type Result } from 'firedrill';

export default scenario({
  about: 'Restart intensity: a permanent worker that crashes now and then, or all the time',
  claim: ['A16', 'A21'],
  load: { clients: 200, ramp: '5s', hold: '25s' },
  small: { clients: 40, duration: '5500ms', ramp: '500ms' },
  server: { nodes: 1 },
  async client(user) {
    const room = await user.join(`room:${user.index}`);
    // A tenth calls the worker, all others never do.
    if (user.index % 10 === 0) await user.every('500ms', () => room.push('call', { ms: 5 }));
    else await user.every('250ms', () => room.push('ping', {}, { tags: { needs: 'nobody' } }));
  },
  variants: {
    below: {
      about: 'a crash every 2.5 s',
      faults: [fault.workerCrashLoop({ everyMs: 2_500, strategy: 'rest_for_one' }).at('10s').for('15s')],
      thresholds: {
        drops: ['count==0'],
        'push_duration{needs:nobody}': [{ expression: 'p(95)<250', during: 'worker_crash_loop' }],
      },
    },
    above: {
      about: 'a crash every 500 ms',
      faults: [fault.workerCrashLoop({ everyMs: 500, strategy: 'rest_for_one' }).at('10s').for('15s')],
      thresholds: { drops: ['count>20'] },
    },
  },
  finding({ below, above }) {
    const drops = (run: Result) => run.text('drops', 'count');
    return (
      `${below.clients} connections beside a worker that crashes every 2.5 s: ${drops(below)} drops; every 500 ms, ` +
      `four times within 5 s: ${drops(above)}, for the supervisors above it take along what started after it`
    );
  },
});
