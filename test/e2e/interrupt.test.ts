// A user presses Ctrl-C, once or twice; or somebody kills the program outright.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import {
  becomesTrue,
  cleanUp,
  faultsOf,
  descendantsOf,
  firedrill,
  GUARD,
  isRefused,
  isRunning,
  newFolder,
  readSummary,
  readTimeline,
  scenarioFile,
  type Program,
  type Running,
} from './program.ts';

/** A minute of pushes into a fault that is on from the second second to the last. */
const LONG = `
import { fault, scenario } from 'firedrill';
export default scenario({
  about: 'a long run with one fault',
  load: { clients: 60, ramp: '500ms', hold: '60s', rate: 100 },
  async client(user) {
    const room = await user.join('room:' + (user.index % 5));
    if (user.index === 0) void user.every('500ms', () => room.publish('shout'), { phase: '0ms' });
    await user.pace(() => room.push('ping', { from: user.index }));
  },
  faults: [fault.slowJoin({ delayMs: 300, topic: 'room:*', rejoin: 0.2 }).at('1500ms').for('55s')],
  thresholds: { push_timeouts: ['rate<0.5'] },
});
`;

type Struck = { program: Program; folder: string; family: Running[] };

/** A run whose fault is on. */
async function runUntilFault(...flags: string[]): Promise<Struck> {
  const folder = join(newFolder(), 'run');
  const program = firedrill(
    'run',
    scenarioFile(LONG),
    '--out',
    folder,
    '--workers',
    '2',
    '--nodes',
    '2',
    ...flags,
  );
  await program.line(/^slow joins on$/);
  const family = descendantsOf(program.pid);
  // Two workers, the server's primary and its two nodes.
  assert.ok(family.length >= 5, family.map((one) => one.command).join('\n'));
  return { program, folder, family };
}

function allGone(family: readonly Running[]): boolean {
  return family.every((one) => !isRunning(one.pid));
}

function left(family: readonly Running[]): string {
  return family
    .filter((one) => isRunning(one.pid))
    .map((one) => `${one.pid} ${one.command}`)
    .join('\n');
}

suite('Ctrl-C', GUARD, () => {
  after(cleanUp);

  test('once: the fault is lifted, everything is written, nobody is left', async () => {
    const { program, folder, family } = await runUntilFault();
    program.child.kill('SIGINT');
    // Far from the planned end: had it waited for that, this would be false.
    const soon = await becomesTrue(() => program.child.exitCode !== null, 15_000);
    assert.ok(soon, 'it goes on until its planned end');
    const { code, stderr, stdout } = await program.ended;
    assert.equal(code, 105, stderr);
    const summary = readSummary(folder);
    assert.equal(summary.interrupted, true);
    assert.notEqual(summary.verdict.status, 'pass');
    assert.ok(
      summary.verdict.reasons.some((reason) => reason.includes('signal')),
      summary.verdict.reasons.join(),
    );
    assert.deepEqual(summary.books, { balanced: true, problems: [] });
    const [fault] = summary.faults;
    assert.ok(fault?.appliedAtMs != null && fault.liftedAtMs != null);
    const marks = readTimeline(folder)
      .filter((line) => line.type === 'mark')
      .map((line) => line.mark);
    assert.ok(marks.includes('interrupted') && marks.includes('fault-off'));
    assert.ok(existsSync(join(folder, 'report.html')));
    assert.match(stdout, /^interrupted=true$/m);
    assert.ok(await becomesTrue(() => allGone(family), 3_000), left(family));
    const port = Number(/:(\d+)/.exec(summary.target)?.[1]);
    assert.ok(await isRefused(port), `port ${port} still answers`);
  });

  test('twice: gone at once, with workers and server', async () => {
    const { program, family } = await runUntilFault();
    program.child.kill('SIGINT');
    await program.line(/^interrupted: /);
    program.child.kill('SIGINT');
    assert.ok(
      await becomesTrue(() => program.child.exitCode !== null, 2_000),
      'still there after the second',
    );
    assert.equal((await program.ended).code, 105);
    assert.ok(await becomesTrue(() => allGone(family), 5_000), left(family));
  });

  test('before the first arrival is no harm either', async () => {
    const folder = join(newFolder(), 'run');
    const program = firedrill('run', scenarioFile(LONG), '--out', folder);
    assert.ok(await becomesTrue(() => descendantsOf(program.pid).length > 0, 10_000));
    const family = descendantsOf(program.pid);
    program.child.kill('SIGINT');
    assert.ok(await becomesTrue(() => program.child.exitCode !== null, 20_000), 'it goes on');
    const { code } = await program.ended;
    assert.equal(code, 105);
    assert.ok(await becomesTrue(() => allGone(family), 5_000), left(family));
  });
});

suite('SIGKILL', GUARD, () => {
  after(cleanUp);

  test('of the program takes workers and server with it, and leaves the timeline so far', async () => {
    const { program, folder, family } = await runUntilFault();
    program.child.kill('SIGKILL');
    await program.ended;
    assert.ok(await becomesTrue(() => allGone(family), 10_000), left(family));
    const windows = readTimeline(folder).filter((line) => line.type === 'window');
    assert.ok(windows.length >= 1);
    assert.equal(existsSync(join(folder, 'summary.json')), false);
    assert.ok(readFileSync(join(folder, 'replay.json'), 'utf8').includes('"seed"'));
  });
});

suite('a server of somebody else', GUARD, () => {
  after(cleanUp);

  test('lives on after Ctrl-C, without our faults', async () => {
    const server = firedrill('serve', '--port', '0', '--control-port', '0', '--nodes', '1');
    const ready = JSON.parse(await server.line(/"ready":true/)) as { url: string; control: string };
    const folder = join(newFolder(), 'run');
    const target = ['--target', ready.url, '--control', ready.control];
    const program = firedrill('run', scenarioFile(LONG), '--out', folder, ...target);
    await program.line(/^slow joins on$/);
    assert.equal((await faultsOf(ready.control)).length, 1);
    program.child.kill('SIGINT');
    assert.ok(await becomesTrue(() => program.child.exitCode !== null, 15_000), 'it goes on');
    assert.equal((await program.ended).code, 105);
    assert.deepEqual(await faultsOf(ready.control), []);
    server.child.kill('SIGTERM');
    await server.ended;
  });
});
