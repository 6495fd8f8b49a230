// Nodes of the server go away under clients that wait for answers: what timed out is charged to that, and nothing else is.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { CountMetric } from '../../harness/record/run-record.ts';
import type { TimelineLine, WindowLine } from '../../harness/record/timeline-line.ts';
import {
  becomesTrue,
  cleanUp,
  descendantsOf,
  firedrill,
  GUARD,
  newFolder,
  readSummary,
  run,
  scenarioFile,
} from './program.ts';

const CLIENTS = 24;
const NODE = /server-under-test\/node\./;

// Nobody gives the connection up. All that is sent from the moment there is a gate is sent when the node has stopped.
const hung = (gate: string): string => `
import { existsSync } from 'node:fs';
import { scenario } from 'firedrill';
export default scenario({
  about: 'one of two nodes hangs, and dies',
  load: { clients: ${CLIENTS}, ramp: '300ms', hold: '60s' },
  connect: { pushTimeout: '1500ms', heartbeat: '200ms', heartbeatTimeout: '60s', rejoin: false },
  server: { nodes: 2 },
  async client(user) {
    const room = await user.join('room:' + user.index);
    const passOver = () => Promise.all([room.push('noreply'), room.push('ping')]);
    await passOver();
    while (!existsSync(${JSON.stringify(gate)})) await user.sleep('50ms');
    const { status } = await room.push('ping');
    if (status === 'ok') return passOver();
    user.count('cut_off');
    await Promise.all([room.push('ping'), user.channel('room:second-' + user.index).join()]);
  },
});
`;

// Half of them had timed out on a channel that was busy, long before. The second attempt of the others to come back
// finds the node again: all that timed out before it was never sent.
const KILLED = `
import { fault, scenario } from 'firedrill';
export default scenario({
  about: 'the only node dies and comes back',
  load: { clients: 8, ramp: '200ms', hold: '5s' },
  connect: { pushTimeout: '500ms', reconnect: ['100ms', '2500ms'], rejoin: false },
  server: { nodes: 1 },
  async client(user) {
    const room = await user.join('room:' + user.index);
    if (user.index % 2 === 1) return room.push('block', { ms: 20_000 });
    while ((await room.push('ping')).status === 'ok') await user.sleep('50ms');
    // A join that waits while an attempt is refused goes with it: this one begins between two.
    await room.push('ping');
    await user.channel('room:second-' + user.index).join();
  },
  faults: [fault.nodeKill({ restartAfterMs: 400 }).at('1500ms').for('2s')],
});
`;

/** The seconds that a run has written so far. */
function secondsOf(folder: string): WindowLine[] {
  const file = join(folder, 'timeline.ndjson');
  const whole = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  const lines = whole.map((line) => JSON.parse(line) as TimelineLine);
  return lines.filter((line) => line.type === 'window');
}

suite('a node that is gone', { ...GUARD, concurrency: 2 }, () => {
  after(cleanUp);

  test('whatever its clients waited for is charged to it, and nothing of the others', async () => {
    const folder = join(newFolder(), 'run');
    const gate = join(newFolder(), 'gate');
    const program = firedrill('run', scenarioFile(hung(gate)), '--out', folder, '--workers', '1');
    const timedOut = (kind: string): number =>
      secondsOf(folder).reduce((sum, { timeouts }) => sum + (timeouts[kind] ?? 0), 0);
    assert.ok(await becomesTrue(() => timedOut('push') === CLIENTS, 20_000), 'they are not ready');
    const nodes = descendantsOf(program.pid).filter(({ command }) => NODE.test(command));
    assert.equal(nodes.length, 2);
    const pid = nodes[0]?.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    writeFileSync(gate, '');
    assert.ok(await becomesTrue(() => timedOut('join') > 0, 20_000), 'nobody was cut off');
    // All of them asked at once: what has not timed out in that second has in the next.
    const [last] = secondsOf(folder).toReversed();
    const untilMs = (last?.atMs ?? 0) + 1_000;
    const isOver = (): boolean => secondsOf(folder).some(({ atMs }) => atMs >= untilMs);
    assert.ok(await becomesTrue(isOver, 20_000), 'it went on no longer');
    process.kill(pid, 'SIGKILL');
    const isLost = (): boolean => secondsOf(folder).some(({ drops }) => drops > 0);
    assert.ok(await becomesTrue(isLost, 20_000), 'nobody lost a connection');
    program.child.kill('SIGINT');
    await program.ended;

    const summary = readSummary(folder);
    const { timeoutCauses: causes = {}, metrics } = summary;
    const cutOff = (metrics['cut_off'] as CountMetric | undefined)?.count ?? 0;
    assert.ok(cutOff > 0 && cutOff < CLIENTS, `${cutOff} of ${CLIENTS}`);
    assert.deepEqual(summary.books, { balanced: true, problems: [] });
    assert.deepEqual(causes.push, {
      no_reply_coded: CLIENTS + CLIENTS - cutOff,
      node_gone: 2 * cutOff,
    });
    assert.deepEqual(causes.join, { node_gone: cutOff });
    assert.deepEqual([causes.heartbeat, causes.connect], [undefined, undefined]);
    const rate = metrics['push_timeouts{cause:node_gone}'] as CountMetric | undefined;
    assert.equal(rate?.count, 2 * cutOff);
  });

  test('what could not be sent is charged to it, even once it is back; what a busy channel let time out is not', async () => {
    const folder = join(newFolder(), 'run');
    const { stderr } = await run('run', scenarioFile(KILLED), '--out', folder, '--workers', '1');
    const { timeoutCauses: causes = {}, operations, books } = readSummary(folder);
    assert.deepEqual(books, { balanced: true, problems: [] });
    assert.ok(operations.push.unsent && operations.join.unsent && operations.push.timeout, stderr);
    assert.deepEqual(causes.push, {
      node_gone: operations.push.unsent,
      unknown: operations.push.timeout,
    });
    assert.deepEqual(causes.join, { node_gone: operations.join.unsent });
    assert.equal(operations.join.timeout, 0);
  });
});
