// A node of the server dies on purpose in the middle of a run: its clients come back, and nobody calls the server dead.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { cleanUp, GUARD, newFolder, readSummary, run, scenarioFile } from './program.ts';

const KILL = `
import { fault, scenario } from 'firedrill';
export default scenario({
  about: 'one of two nodes dies and comes back',
  load: { clients: 30, ramp: '500ms', hold: '3500ms', rate: 60 },
  async client(user) {
    const room = await user.join('room:' + (user.index % 3));
    await user.pace(() => room.push('ping', { from: user.index }));
  },
  faults: [fault.nodeKill({ restartAfterMs: 300 }).at('1s').for('1500ms')],
});
`;

const SPLIT = `
import { fault, scenario } from 'firedrill';
export default scenario({
  about: 'a netsplit of a server that has one node',
  load: { clients: 2, ramp: '100ms', hold: '3s' },
  async client(user) { await user.join('room:1'); },
  faults: [fault.netsplit().at('1s').for('1s')],
});
`;

suite('faults of whole nodes', GUARD, () => {
  after(cleanUp);

  test('a node that was killed on purpose is no accident of the run', async () => {
    const folder = join(newFolder(), 'run');
    const file = scenarioFile(KILL);
    const { stderr } = await run('run', file, '--out', folder, '--nodes', '2', '--workers', '1');
    const summary = readSummary(folder);
    const [fault] = summary.faults;
    assert.ok(fault?.appliedAtMs != null && fault.liftedAtMs != null, stderr);
    assert.equal(fault.whom, '1 node');
    const drops = fault.effects.find(({ metric }) => metric === 'drops');
    assert.ok((drops?.during ?? 0) > 0, JSON.stringify(fault.effects));
    assert.doesNotMatch(stderr, /died|ended/);
    assert.deepEqual(summary.books, { balanced: true, problems: [] });
    assert.equal(summary.clients.joined, 30);
    // A machine that is busy elsewhere may say so; a dead node is no reason for anything.
    const reasons = summary.verdict.reasons.filter((reason) => !reason.includes('saturated'));
    assert.ok(summary.verdict.status === 'pass' || reasons.length === 0, reasons.join('\n'));
  });

  test('a fault for more nodes than were typed is refused before any load', async () => {
    const { code, stderr } = await run('run', scenarioFile(SPLIT), '--nodes', '1');
    assert.equal(code, 104);
    assert.match(stderr, /fault-needs-nodes {2}faults netsplit-1[\s\S]*hint +--nodes 2/);
  });
});
