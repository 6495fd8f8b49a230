// Six kinds of trouble in one run over real sockets, and our own: each timeout is charged to the one that made it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { CountMetric } from '../../harness/record/run-record.ts';
import { cleanUp, GUARD, newFolder, readSummary, readTimeline, run, scenarioFile } from './program.ts';

// What phoenix.js waits in 10 s and 30 s, in a tenth and less.
const TROUBLE = `
import { fault, scenario } from 'firedrill';

const ROLES = ['slow', 'blocked', 'mute', 'dark', 'stale', 'capped'];

export default scenario({
  about: 'whatever makes a push time out',
  load: { clients: 12, ramp: '300ms', hold: '9s' },
  connect: { pushTimeout: '1s', heartbeat: '1s', heartbeatTimeout: '2500ms', connectTimeout: '1s', rejoin: false },
  server: { nodes: 1, maxChannels: 2 },
  async client(user) {
    const role = ROLES[user.index % ROLES.length];
    user.tag('role', role);
    const room = await user.join('room:' + user.index);
    // Answers that nothing stands in the way of.
    await room.push('ping');
    if (role === 'slow') {
      await user.sleep('1s');
      void user.channel('room:slow-' + user.index, { delay_ms: 1600 }).join();
      await room.push('ping');
    } else if (role === 'blocked') {
      await room.push('block', { ms: 1300 });
    } else if (role === 'mute') {
      for (let i = 0; i < 3; i++) {
        void room.push('noreply');
        await room.push('ping');
      }
    } else if (role === 'capped') {
      await user.join('room:second-' + user.index);
      const third = user.channel('room:third-' + user.index);
      await third.join();
      await third.push('ping');
    } else {
      await user.every('250ms', () => room.push('ping'));
    }
  },
  faults: [
    fault.blackhole({ tag: 'role:dark' }).at('2s').for('6s'),
    fault.staleJoinRef({ tag: 'role:stale' }).at('2s').for('2s'),
  ],
  thresholds: {
    'push_timeouts{cause:unknown}': ['count==0'],
    'push_timeouts{cause:stale_join_ref}': ['rate>0.01', { expression: 'count>0', during: 'stale_join_ref' }],
    'heartbeat_timeouts{cause:half_open}': ['count==2'],
  },
});
`;

// Its worker reads nothing while it computes; the answers lie there in time.
const BUSY = `
import { scenario } from 'firedrill';
export default scenario({
  about: 'a client that keeps its worker from reading',
  load: { clients: 1, ramp: 0, hold: '3s' },
  connect: { pushTimeout: '300ms' },
  server: { nodes: 1 },
  async client(user) {
    const room = await user.join('room:1');
    await room.push('ping');
    for (let i = 0; i < 3; i++) {
      await user.sleep('100ms');
      const asked = room.push('ping');
      const untilMs = performance.now() + 500;
      while (performance.now() < untilMs);
      await asked;
    }
  },
});
`;

suite('why anything timed out', GUARD, () => {
  after(cleanUp);

  test('answers that lay unread while the generator stood still are charged to it', async () => {
    const folder = join(newFolder(), 'run');
    await run('run', scenarioFile(BUSY), '--out', folder, '--workers', '1');
    const { timeoutCauses, books } = readSummary(folder);
    assert.deepEqual(books, { balanced: true, problems: [] });
    assert.deepEqual(timeoutCauses, { push: { generator_late: 3 } });
  });

  test('each timeout is charged to what made it, in the second it was, and the books balance', async () => {
    const folder = join(newFolder(), 'run');
    const ended = await run('run', scenarioFile(TROUBLE), '--out', folder, '--workers', '2');
    const summary = readSummary(folder);
    const causes = summary.timeoutCauses ?? {};
    assert.deepEqual(summary.books, { balanced: true, problems: [] });
    const timedOut = (role: string): number =>
      (summary.metrics[`push_timeouts{role:${role}}`] as CountMetric | undefined)?.count ?? 0;
    // The pushes of the slow ones waited behind a join; the capped ones were never sent.
    assert.deepEqual(causes.push, {
      slow_join: 2,
      blocked_handler: 2,
      no_reply_coded: 6,
      half_open: timedOut('dark'),
      stale_join_ref: timedOut('stale'),
      channel_cap: 2,
    });
    assert.ok(timedOut('dark') >= 8, `${timedOut('dark')}`);
    assert.ok(timedOut('stale') >= 8, `${timedOut('stale')}`);
    assert.deepEqual(causes.join, { slow_join: 2 });
    assert.deepEqual(causes.heartbeat, { half_open: 2 });
    assert.deepEqual(causes.connect, { half_open: summary.operations.connect.timeout });
    assert.equal(summary.operations.push.unsent, 2);
    assert.deepEqual(
      summary.thresholds.map(({ status, metric, actual }) => [metric, status, actual === null]),
      summary.thresholds.map(({ metric }) => [metric, 'pass', false]),
    );
    assert.match(ended.stdout, /^push_timeout_blocked_handler=2$/m);
    const lines = readTimeline(folder);
    for (const kind of ['push', 'heartbeat', 'join'] as const) {
      const bySecond = new Map<number, number>();
      const count = (atMs: number, by: number): unknown => bySecond.set(atMs, (bySecond.get(atMs) ?? 0) + by);
      for (const line of lines) {
        if (line.type === 'window') count(line.atMs, line.timeouts[kind] ?? 0);
        // What was never sent is no timeout of the second.
        else if (line.type === 'causes' && line.kind === kind && line.cause !== 'channel_cap')
          count(line.atMs, -line.count);
      }
      assert.deepEqual(
        [...bySecond.values()].filter((rest) => rest !== 0),
        [],
        kind,
      );
    }
  });
});
