// Claim: when a supervisor gives up, one_for_one restarts its subtree alone; rest_for_one takes every connection along.
import { fault, scenario, type Result } from 'firedrill';

/** Four crashes within 5 s end the supervisor of the worker. */
const EVERY_MS = 500;

export default scenario({
  about: 'Restart strategies: the same crash loop under one_for_one and under rest_for_one',
  claim: ['A16', 'A21'],
  load: { clients: 200, ramp: '5s', hold: '25s' },
  small: { clients: 40, duration: '5500ms', ramp: '500ms' },
  server: { nodes: 1 },
  async client(user) {
    const room = await user.join(`room:${user.index}`);
    // A tenth calls the worker, and crashes when it is not there.
    if (user.index % 10 === 0) await user.every('500ms', () => room.push('call', { ms: 5 }));
    else await user.every('250ms', () => room.push('ping', {}, { tags: { needs: 'nobody' } }));
  },
  variants: {
    one_for_one: {
      about: 'only who died is started again',
      faults: [fault.workerCrashLoop({ everyMs: EVERY_MS, strategy: 'one_for_one' }).at('10s').for('15s')],
      thresholds: {
        drops: ['count==0'],
        'push_duration{needs:nobody}': [{ expression: 'p(95)<250', during: 'worker_crash_loop' }],
      },
    },
    rest_for_one: {
      about: 'who was started after it is started again too: channels and connections are',
      faults: [fault.workerCrashLoop({ everyMs: EVERY_MS, strategy: 'rest_for_one' }).at('10s').for('15s')],
      thresholds: { drops: ['count>20'] },
    },
  },
  finding({ one_for_one, rest_for_one }) {
    const drops = (run: Result) => run.text('drops', 'count');
    const push = one_for_one.text('push_duration{needs:nobody}', 'p(95)', { during: 'worker_crash_loop' });
    return (
      `${one_for_one.clients} connections beside a worker that crashes every ${EVERY_MS} ms, under one_for_one: ` +
      `${drops(one_for_one)} drops, pushes take ${push} (p(95)); under rest_for_one: ${drops(rest_for_one)} drops`
    );
  },
});
