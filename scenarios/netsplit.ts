// Claim: in a netsplit broadcasts do not cross, nor come later; Presence keeps the other side until it counts as down.
import { fault, scenario } from 'firedrill';

/** Phoenix has 1.5 s; a node with nothing to tell is heard of every ten of them. */
const PERIOD = '50ms';
type Diff = { joins: object; leaves: object };

export default scenario({
  about: 'A netsplit: two nodes that do not hear of each other for a while',
  claim: ['A15'],
  load: { clients: 200, ramp: '5s', hold: '25s' },
  small: { clients: 40, duration: '5s', ramp: '500ms' },
  metrics: { complete: 'rate' },
  async client(user) {
    const hall = user.channel('presence:hall', { user_id: `${user.index}` });
    let members = new Set<string>();
    const watches = user.index < 10;
    if (watches) {
      hall.on('presence_state', (state) => (members = new Set(Object.keys(state ?? {}))));
      hall.on('presence_diff', (diff) => {
        for (const who of Object.keys((diff as Diff).leaves)) members.delete(who);
        for (const who of Object.keys((diff as Diff).joins)) members.add(who);
      });
    }
    await hall.join();
    await user.ramped();
    if (user.index === 0) void user.every('100ms', () => hall.publish('shout'));
    if (watches) await user.every('100ms', () => user.check('complete', members.size === user.clients));
  },
  faults: [fault.netsplit().at('8s').for('15s')],
  variants: {
    kept: {
      about: 'a silent node counts as down after 30 s, as in Phoenix',
      server: { nodes: 2, presencePeriod: PERIOD },
      thresholds: {
        delivery_missing: [{ expression: 'count>0', during: 'netsplit' }],
        complete: [{ expression: 'rate>0.9', during: 'netsplit' }],
      },
    },
    parted: {
      about: 'a silent node counts as down after 1 s',
      server: { nodes: 2, presencePeriod: PERIOD, presenceDown: '1s' },
      thresholds: {
        delivery_missing: [{ expression: 'count>0', during: 'netsplit' }],
        complete: ['rate>0.2', { expression: 'rate<0.8', during: 'netsplit' }],
      },
    },
  },
  finding({ kept, parted }) {
    const whole = (run: typeof kept) => run.text('complete', 'rate', { during: 'netsplit' });
    const [missing, came] = [
      kept.text('delivery_missing', 'count', { during: 'netsplit' }),
      kept.text('deliveries', 'count', { during: 'netsplit' }),
    ];
    return (
      `split in two, ${missing} deliveries are missing and ${came} come; Presence is complete for ${whole(kept)} of ` +
      `that time when a node counts as down after 30 s, for ${whole(parted)} when after 1 s`
    );
  },
});
