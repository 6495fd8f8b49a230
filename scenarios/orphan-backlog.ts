// Claim: a channel whose client is gone works off its backlog first; until then Presence has the old and the new one.
import { fault, scenario, type User } from 'firedrill';

/** Takes the time for which a user's old channel is in the list beside the new one. */
async function watch(user: User): Promise<void> {
  let nowMs = 0;
  void user.every('50ms', () => (nowMs += 50));
  const there = new Set<string>();
  const twiceSinceMs = new Map<string, number>();
  const hall = user.channel('presence:hall', { user_id: 'watcher' });
  hall.on('presence_diff', (diff) => {
    const { joins, leaves } = diff as { joins: object; leaves: object };
    for (const who of Object.keys(joins)) {
      if (there.has(who)) twiceSinceMs.set(who, nowMs);
      there.add(who);
    }
    for (const who of Object.keys(leaves)) {
      user.record('outlived', nowMs - (twiceSinceMs.get(who) ?? nowMs));
      if (!twiceSinceMs.delete(who)) there.delete(who);
    }
  });
  await hall.join();
}

async function sit(user: User, isBusy: boolean): Promise<void> {
  if (user.index === 0) return watch(user);
  user.tag('gets', 'cut');
  const hall = await user.join('presence:hall', { user_id: `${user.index}` });
  // 1.9 s of work every 2 s: at any moment about half of it waits.
  if (isBusy) await user.every('2s', () => hall.cast('flood', { n: 20, ms: 95 }));
}

export default scenario({
  about: 'Orphans: everybody is cut and comes back, while the old channels still have work to do',
  claim: ['A13', 'B23'],
  load: { clients: 150, ramp: '5s', hold: '25s' },
  small: { clients: 30, duration: '5500ms', ramp: '500ms' },
  server: { nodes: 1 },
  metrics: { outlived: 'trend' },
  faults: [fault.reset({ tag: 'gets:cut' }).at('15s').for('5s')],
  variants: {
    idle: {
      about: 'nothing waits in the channels',
      client: (user) => sit(user, false),
      thresholds: { drops: ['count>10'], outlived: ['avg<250'] },
    },
    busy: {
      about: 'each channel has up to 1.9 s of work before it',
      client: (user) => sit(user, true),
      thresholds: { drops: ['count>10'], outlived: ['avg>400', 'max<10000'] },
    },
  },
  finding({ idle, busy }) {
    const processes = (run: typeof idle) => run.text('process_count', 'max', { during: 'reset' });
    return (
      `cut and back at once: with a backlog the old channel outlives the new join by ${busy.text('outlived', 'avg')} ` +
      `(at most ${busy.text('outlived', 'max')}), ${processes(busy)} processes alive; without one by ` +
      `${idle.text('outlived', 'avg')}, ${processes(idle)} processes`
    );
  },
});
