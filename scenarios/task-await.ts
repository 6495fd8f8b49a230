// Claim: Task.async with await holds a channel as long as the work itself, and its timeout crashes it; a task that replies does neither.
import { scenario, type User } from 'firedrill';

/** Each client has a channel of its own: once work that takes too long, then 200 ms of it every second and pings beside it. */
async function work(user: User, event: 'block' | 'await' | 'task'): Promise<void> {
  user.tag('by', event);
  const room = await user.join(`room:${user.index}`);
  // Task.await/2 gives up after its timeout, and its caller exits: the channel (phoenix-semantics 3.6).
  const { status } = await room.push(event, { ms: 500, timeout: 300 });
  user.check('survived', status === 'ok');
  // A crashed channel is joined again after a second.
  await user.sleep('1500ms');
  void user.every('1s', () => room.push(event, { ms: 200 }));
  await user.every('50ms', () => room.push('ping', {}, { tags: { beside: event } }));
}

export default scenario({
  about: 'Task.async and await in handle_in, said to be the remedy for slow handlers',
  claim: ['A2', 'B15'],
  load: { clients: 100, ramp: '2s', hold: '13s' },
  small: { clients: 20, duration: '5s', ramp: '500ms' },
  server: { nodes: 1 },
  metrics: { survived: 'rate' },
  variants: {
    held: {
      about: 'every other client lets handle_in do the work, the others have it awaited',
      client: (user) => work(user, user.index % 2 === 0 ? 'block' : 'await'),
      thresholds: {
        'push_duration{beside:block}': [{ expression: 'p(95)>80', during: 'steady' }],
        'push_duration{beside:await}': [{ expression: 'p(95)>80', during: 'steady' }],
        'survived{by:block}': ['rate==1'],
        'survived{by:await}': ['rate==0'],
      },
    },
    freed: {
      about: 'a task does the work and replies',
      client: (user) => work(user, 'task'),
      thresholds: {
        'push_duration{beside:task}': [{ expression: 'p(95)<60', during: 'steady' }],
        survived: ['rate==1'],
      },
    },
  },
  finding({ held, freed }) {
    const [block, awaited, task] = [
      held.text('push_duration{beside:block}', 'p(95)', { during: 'steady' }),
      held.text('push_duration{beside:await}', 'p(95)', { during: 'steady' }),
      freed.text('push_duration{beside:task}', 'p(95)', { during: 'steady' }),
    ];
    const survived = held.text('survived{by:await}', 'rate');
    return (
      `pings beside 200 ms of work: p(95) ${block} when handle_in does it, ${awaited} when it awaits a task, ${task} when the ` +
      `task replies; ${survived} of the channels survive an await that takes too long, ${freed.text('survived', 'rate')} a task that does`
    );
  },
});
