// Runs are ended before their time: from another terminal, and by a condition of their own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { realClock } from '../../harness/base/clock.ts';
import { findRuns, type FoundRun } from '../../harness/run/halt-call.ts';
import {
  becomesTrue,
  cleanUp,
  descendantsOf,
  faultsOf,
  firedrill,
  GUARD,
  isRunning,
  newFolder,
  readSummary,
  readTimeline,
  run,
  scenarioFile,
} from './program.ts';

const LONG = `
import { fault, scenario } from 'firedrill';
export default scenario({
  about: 'a long run with one fault',
  load: { clients: 20, ramp: '500ms', hold: '60s', rate: 100 },
  async client(user) {
    const room = await user.join('room:' + (user.index % 5));
    await user.pace(() => room.push('ping', { from: user.index }));
  },
  faults: [fault.slowJoin({ delayMs: 300, topic: 'room:*' }).at('1s').for('55s')],
  thresholds: { push_timeouts: ['rate<0.5'] },
});
`;

const RAMPS = `
import { scenario } from 'firedrill';
const load = { clients: 200, ramp: '40s', hold: '5s' };
const client = (user) => user.join('room:1');
export default scenario({
  about: 'twice a long ramp',
  load,
  variants: { trouble: { client }, remedy: { client } },
});
`;

/** Its workers cannot read it before there is such a file. */
const gated = (gate: string): string => `
import { existsSync } from 'node:fs';
import { fault, scenario } from 'firedrill';
if (process.argv[1].includes('worker-process')) {
  while (!existsSync(${JSON.stringify(gate)})) await new Promise((look) => setTimeout(look, 20));
}
export default scenario({
  about: 'slow to begin',
  load: { clients: 20, ramp: 0, hold: '60s' },
  server: { nodes: 1 },
  client: (user) => user.join('room:1'),
  faults: [fault.latency({ delayMs: 5 }).at('10s').for('5s')],
  drill: { steadyState: { join_duration: ['med<5000'] } },
});
`;

const runtime = mkdtempSync(join(tmpdir(), 'firedrill-e2e-'));
// Whoever else runs on this machine is neither found nor halted from here.
process.env['XDG_RUNTIME_DIR'] = runtime;
process.env['TMPDIR'] = runtime;
after(() => rmSync(runtime, { recursive: true, force: true }));

const sockets = (): string[] =>
  readdirSync(runtime)
    .filter((name) => /^firedrill-\d+$/.test(name))
    .flatMap((folder) => readdirSync(join(runtime, folder)));

suite('firedrill halt', GUARD, () => {
  after(cleanUp);

  test('ends a run on the server of somebody else, without its fault', async () => {
    const server = firedrill('serve', '--port', '0', '--control-port', '0', '--nodes', '1');
    const ready = JSON.parse(await server.line(/"ready":true/)) as { url: string; control: string };
    const folder = join(newFolder(), 'run');
    const target = ['--target', ready.url, '--control', ready.control, '--workers', '1'];
    const program = firedrill('run', scenarioFile(LONG, 'long.ts'), '--out', folder, ...target);
    await program.line(/^slow joins on$/);
    assert.equal((await faultsOf(ready.control)).length, 1);
    const listed = await run('halt', '--list');
    assert.match(listed.stdout, new RegExp(`^run=long pid=${program.pid} dir=${folder} `));
    const halted = await run('halt');
    assert.equal(halted.stdout, `halted=long dir=${folder} exit=108 faults=lifted\n`, halted.stderr);
    assert.equal(halted.code, 0);
    const { code, stdout, stderr } = await program.ended;
    assert.equal(code, 108, stderr);
    assert.match(stdout, /^reason_1=the run was stopped: halted from another terminal$/m);
    assert.deepEqual(await faultsOf(ready.control), []);
    assert.deepEqual(sockets(), []);

    const summary = readSummary(folder);
    assert.equal(summary.exitCode, 108);
    assert.equal(summary.interrupted, true);
    assert.deepEqual(summary.books, { balanced: true, problems: [] });
    assert.ok(summary.faults[0]?.liftedAtMs != null && summary.faults[0].undo === undefined);
    const mark = readTimeline(folder).find((line) => line.type === 'mark' && line.mark === 'interrupted');
    assert.equal(mark?.type === 'mark' && mark.name, 'halted from another terminal');
    assert.ok(existsSync(join(folder, 'report.html')));
    server.child.kill('SIGTERM');
    await server.ended;
  });

  test('in the ramp, by two at once, and no further variant is begun', async () => {
    const folder = join(newFolder(), 'runs');
    const program = firedrill('run', scenarioFile(RAMPS, 'ramps.ts'), '--out', folder, '--workers', '1');
    await program.line(/^0:01/);
    const ends = await Promise.all([
      run('halt', 'ramps', '--json'),
      run('halt', String(program.pid), '--json'),
    ]);
    for (const { code, stdout } of ends) {
      assert.equal(code, 0, stdout);
      const { runs } = JSON.parse(stdout) as { runs: { outcome: string; exitCode: number }[] };
      assert.deepEqual(
        runs.map(({ outcome, exitCode }) => [outcome, exitCode]),
        [['halted', 108]],
      );
    }
    assert.equal((await program.ended).code, 108);
    assert.deepEqual(readdirSync(folder), ['trouble']);
    assert.deepEqual(sockets(), []);
  });

  test('before its workers are ready, with nobody arrived and nobody left', async () => {
    const gate = join(newFolder(), 'gate');
    const folder = join(newFolder(), 'run');
    const program = firedrill('drill', scenarioFile(gated(gate)), '--out', folder, '--workers', '2');
    let found: FoundRun | undefined;
    const isFound = async (): Promise<boolean> => {
      found = (await findRuns(realClock)).runs.find(({ card }) => card.pid === program.pid);
      return found !== undefined;
    };
    assert.ok(await becomesTrue(isFound, 20_000), 'it is not found');
    assert.equal(found?.card.dir, folder);
    const family = descendantsOf(program.pid);
    const desk = connect(found?.path ?? '').setEncoding('utf8');
    let said = '';
    desk.on('data', (text: string) => (said += text));
    desk.write('halt\n');
    while (!said.includes('"halting"')) await once(desk, 'data');
    writeFileSync(gate, '');
    const { code, stderr } = await program.ended;
    assert.equal(code, 108, stderr);
    assert.match(said, /"ended":\{"exitCode":108,"isCutShort":true,"notLifted":\[\],"left":\[\]\}/);
    const { clients, exitCode, books, faults } = readSummary(folder);
    assert.deepEqual([clients.connected, exitCode, books.balanced], [0, 108, true]);
    assert.equal(faults[0]?.appliedAtMs, null);
    const journal = JSON.parse(readFileSync(join(folder, 'journal.json'), 'utf8')) as { status: string };
    assert.equal(journal.status, 'interrupted');
    assert.ok(existsSync(join(folder, 'report.html')));
    assert.ok(await becomesTrue(() => family.every(({ pid }) => !isRunning(pid)), 5_000), 'somebody is left');
    assert.deepEqual(sockets(), []);
  });

  test('with no run there is nothing to halt', async () => {
    const { code, stderr } = await run('halt');
    assert.equal(code, 114);
    assert.match(stderr, /no-run {2}firedrill halt/);
  });
});

suite('an abort condition', GUARD, () => {
  after(cleanUp);

  test('ends the run when it fails, lifts its fault and says why', async () => {
    const folder = join(newFolder(), 'run');
    const condition = ['--abort', 'push_duration=min>60000'];
    const { code, stdout, stderr } = await run(
      'run',
      scenarioFile(LONG),
      '--out',
      folder,
      '--workers',
      '1',
      ...condition,
    );
    const summary = readSummary(folder);
    // On a machine that is full nobody can tell whose fault it was, and that comes first.
    const { saturated } = summary.generator;
    assert.equal(code, saturated ? 113 : 108, stderr);
    const words =
      /^reason_1=the run was stopped: push_duration min was .* over the last 1 s, wanted more than 60 s/m;
    assert.match(stdout, words);
    assert.match(stderr, /^stopped: push_duration min was /m);
    assert.equal(summary.verdict.status, saturated ? 'inconclusive' : 'fail');
    assert.ok(summary.durationMs < 20_000);
    assert.deepEqual(summary.books, { balanced: true, problems: [] });
    assert.equal(summary.thresholds.find(({ expression }) => expression === 'min>60000')?.status, 'fail');
  });
});
