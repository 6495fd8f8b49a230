// Claim: rows of an ETS table stay until somebody deletes them, without a sign in latency; a sweep keeps memory level.
import { fault, scenario } from 'firedrill';

const ROWS = { rows: 2_000, bytes: 5_000 };
const SWEPT = { ...ROWS, sweep: 'all' } as const;

export default scenario({
  about: 'Table bloat: rows that nobody removes, and rows that are swept out each second',
  claim: ['A12'],
  load: { clients: 100, ramp: '5s', hold: '25s' },
  small: { clients: 20, duration: '5500ms', ramp: '500ms' },
  server: { nodes: 1 },
  async client(user) {
    const room = await user.join(`room:${user.index}`);
    await user.every('250ms', () => room.push('ping'));
  },
  variants: {
    unswept: {
      about: 'nobody removes a row',
      faults: [fault.tableBloat(ROWS).at('8500ms').for('16s')],
      thresholds: {
        ets_memory: ['max>18e6'],
        push_duration: [{ expression: 'p(95)<250', during: 'table_bloat' }],
      },
    },
    swept: {
      about: 'a sweep removes them all each second',
      faults: [fault.tableBloat(SWEPT).at('8500ms').for('16s')],
      thresholds: {
        ets_memory: ['max<18e6'],
        push_duration: [{ expression: 'p(95)<250', during: 'table_bloat' }],
      },
    },
  },
  finding({ unswept, swept }) {
    const push = unswept.text('push_duration', 'p(95)', { during: 'table_bloat' });
    return (
      `2,000 rows of 5 kB a second: the tables hold ${unswept.text('ets_memory', 'max')} at most when nobody sweeps, ` +
      `with pushes at ${push} (p(95)); ${swept.text('ets_memory', 'max')} when swept each second`
    );
  },
});
