// Parts of the machinery die in the middle of a run. The run goes on or ends, says so, and is never green.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { Summary } from '../../harness/record/run-record.ts';
import {
  becomesTrue,
  cleanUp,
  descendantsOf,
  firedrill,
  GUARD,
  isRunning,
  newFolder,
  readSummary,
  readTimeline,
  scenarioFile,
  type Ended,
  type Program,
  type Running,
} from './program.ts';

const STEADY = `
import { scenario } from 'firedrill';
export default scenario({
  about: 'a steady load for eight seconds',
  load: { clients: 100, ramp: '500ms', hold: '7500ms', rate: 200 },
  async client(user) {
    const room = await user.join('room:' + (user.index % 5));
    if (user.index < 4) void user.every('500ms', () => room.publish('shout'));
    await user.pace(() => room.push('ping', { from: user.index }));
  },
  thresholds: { join_duration: ['p(50)<60000'] },
});
`;

type Scene = { program: Program; folder: string; family: Running[]; one(pattern: RegExp): Running };

/** A run of which two seconds have been measured. */
async function runUntilSteady(...flags: string[]): Promise<Scene> {
  const folder = join(newFolder(), 'run');
  const program = firedrill('run', scenarioFile(STEADY), '--out', folder, ...flags);
  await program.line(/^0:02 of /);
  const family = descendantsOf(program.pid);
  const one = (pattern: RegExp): Running => {
    const found = family.find(({ command }) => pattern.test(command));
    assert.ok(found, `${pattern} among\n${family.map(({ command }) => command).join('\n')}`);
    return found;
  };
  return { program, folder, family, one };
}

function neverGreen(ended: Ended, summary: Summary): void {
  assert.equal(ended.code, 113, ended.stderr);
  assert.equal(summary.exitCode, 113);
  assert.equal(summary.verdict.status, 'inconclusive');
}

suite('a part dies in the middle of a run', GUARD, () => {
  after(cleanUp);

  test('a worker: the others go on, its loss is told, the books balance', async () => {
    const { program, folder, one } = await runUntilSteady('--workers', '2', '--nodes', '1');
    process.kill(one(/worker-process\S* \S+ 1$/).pid, 'SIGKILL');
    const ended = await program.ended;
    const summary = readSummary(folder);
    neverGreen(ended, summary);
    assert.ok(
      summary.incidents.some(({ what }) => /worker 1 .*SIGKILL/.test(what)),
      JSON.stringify(summary.incidents),
    );
    assert.ok(summary.verdict.reasons.some((reason) => /1 load worker was lost/.test(reason)));
    assert.deepEqual(summary.books, { balanced: true, problems: [] });
    const windows = readTimeline(folder).filter((line) => line.type === 'window');
    assert.ok(windows.length >= 8, 'the run goes on to its end');
    const late = windows.find((line) => line.atMs >= 6_000 && line.atMs < 7_000);
    assert.equal(late?.driver.workers, 1);
    assert.ok((late?.sent ?? 0) > 0, 'the other worker still sends');
    assert.ok((late?.clients.joined ?? 100) <= 50, `${late?.clients.joined} clients are not joined any more`);
    assert.ok(summary.durationMs <= 16_000, 'nobody waits for the dead');
  });

  test('a node of the server: its clients come back elsewhere, its death is told', async () => {
    const { program, folder, family } = await runUntilSteady('--workers', '1', '--nodes', '2');
    const node = family.find(({ command }) => /server-under-test\/node\./.test(command));
    assert.ok(node, family.map(({ command }) => command).join('\n'));
    process.kill(node.pid, 'SIGKILL');
    const ended = await program.ended;
    const summary = readSummary(folder);
    neverGreen(ended, summary);
    assert.ok(
      summary.incidents.some(({ what }) => /node ?\S* died/.test(what)),
      JSON.stringify(summary.incidents),
    );
    assert.ok(summary.verdict.reasons.some((reason) => /server node .* died/.test(reason)));
    assert.deepEqual(summary.books, { balanced: true, problems: [] });
    const { drops, reconnects } = sumOf(folder);
    assert.ok(drops > 0 && reconnects > 0, `${drops} drops, ${reconnects} reconnects`);
    const joined = readTimeline(folder)
      .filter((line) => line.type === 'window')
      .at(-2)?.clients.joined;
    assert.equal(joined, 100);
  });

  test('the whole server: the run ends at once and says what happened', async () => {
    const { program, folder, family, one } = await runUntilSteady('--workers', '1', '--nodes', '2');
    process.kill(one(/server-under-test\/main\./).pid, 'SIGKILL');
    assert.ok(
      await becomesTrue(() => program.child.exitCode !== null, 10_000),
      'it goes on without a server',
    );
    const ended = await program.ended;
    const summary = readSummary(folder);
    neverGreen(ended, summary);
    assert.equal(summary.interrupted, true);
    assert.ok(summary.verdict.reasons.some((reason) => /the server ended/.test(reason)));
    assert.ok(existsSync(join(folder, 'report.html')));
    const gone = (): boolean => family.every(({ pid }) => !isRunning(pid));
    assert.ok(await becomesTrue(gone, 5_000), 'a node or worker is left over');
  });
});

function sumOf(folder: string): { drops: number; reconnects: number } {
  const sum = { drops: 0, reconnects: 0 };
  for (const line of readTimeline(folder)) {
    if (line.type !== 'window') continue;
    sum.drops += line.drops;
    sum.reconnects += line.reconnects;
  }
  return sum;
}
