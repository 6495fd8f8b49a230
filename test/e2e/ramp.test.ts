// Faults that rise, whom they hit, and one that was left out: a whole run, and one that is interrupted on the way up.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { EXIT } from '../../harness/base/errors.ts';
import type { MarkLine } from '../../harness/record/timeline-line.ts';
import {
  cleanUp,
  firedrill,
  GUARD,
  newFolder,
  readSummary,
  readTimeline,
  run,
  scenarioFile,
} from './program.ts';

const drill = (hold: string, faults: string): string => `
import { fault, scenario } from 'firedrill';
export default scenario({
  about: 'faults that rise',
  load: { clients: 40, ramp: 0, hold: '${hold}' },
  server: { nodes: 1 },
  async client(user) {
    const room = await user.join('room:' + user.index);
    await user.every('200ms', () => room.push('ping'));
  },
  faults: [${faults}],
});
`;

const STALL = "fault.stall({ share: 0.5 }).at('1s').for('3s').ramp('2s', 2)";
const BLOCKED = "fault.blockingHandler({ delayMs: 50 }).at('1s').for('3s').ramp('2s', 4)";
const SPLIT = "fault.netsplit().at('2s').for('1s').optional()";

const marksOf = (folder: string, fault: string): MarkLine[] =>
  readTimeline(folder).flatMap((line) => (line.type === 'mark' && line.fault === fault ? [line] : []));

suite('faults that rise', { ...GUARD, concurrency: 2 }, () => {
  after(cleanUp);

  test('are one span with their steps on the timeline, and say whom they hit', async () => {
    const folder = join(newFolder(), 'out');
    const file = scenarioFile(drill('4500ms', [STALL, BLOCKED, SPLIT].join(', ')));
    const { stdout, stderr } = await run('run', file, '--out', folder, '--workers', '2');
    const { faults, faultsLeftOut, incidents } = readSummary(folder);
    assert.deepEqual(incidents, [], stderr);
    assert.match(stderr, /· fault (?:stalled readers|blocking handlers) \d+ %, .* left$/m);
    const [stall, blocked] = faults;
    assert.deepEqual(
      marksOf(folder, 'stall-1').map(({ mark, name }) => `${mark} ${name}`),
      [
        'fault-on stalled readers',
        'fault-share stalled readers: 25 %',
        'fault-share stalled readers: 50 %',
        'fault-off stalled readers',
      ],
    );
    assert.deepEqual(
      blocked?.ramp?.steps.map(({ text }) => text),
      ['25 %', '50 %', '75 %', '100 %'],
    );
    const hit = stall?.hit;
    assert.ok(hit && hit.what === 'clients' && hit.of === 40 && hit.count > 8 && hit.count < 32);
    assert.ok(faults.every(({ liftedAtMs }) => liftedAtMs !== null));
    assert.deepEqual(faultsLeftOut, [
      { id: 'netsplit-1', kind: 'netsplit', name: 'netsplits', why: 'a server of 1 node, where it needs 2' },
    ]);
    assert.match(stdout, new RegExp(`^fault_stall_1_hit=${hit.count}$`, 'm'));
    assert.match(stdout, /^fault_left_out_1=netsplit-1$/m);
  });

  test('are lifted from whatever step they are in when the run is interrupted', async () => {
    const folder = join(newFolder(), 'out');
    const faults = [STALL, BLOCKED].map((one) =>
      one.replace(/for\('3s'\).ramp\('2s'/, "for('25s').ramp('20s'"),
    );
    const program = firedrill('run', scenarioFile(drill('30s', faults.join(', '))), '--out', folder);
    await program.line(/blocking handlers: 25 %/);
    program.child.kill('SIGINT');
    const { code, stderr } = await program.ended;
    assert.equal(code, EXIT.signal, stderr);
    for (const fault of ['stall-1', 'blocking-handler-1']) {
      const marks = marksOf(folder, fault).map(({ mark }) => mark);
      assert.deepEqual(marks, ['fault-on', 'fault-share', 'fault-off'], fault);
    }
  });
});
