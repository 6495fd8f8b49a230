// A server that does everything wrong. The run ends in good order and its books balance, to the last message.
// The seeds are fixed; FIREDRILL_SEEDS=5,6 takes others.
import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Metric, OperationKind, Summary } from '../../harness/record/run-record.ts';
import { cleanUp, newFolder, readSummary, readTimeline, run, scenarioFile } from '../e2e/program.ts';
import type { HostileReport } from './hostile-server.ts';
import { trendOf } from './truth.ts';

const MODULE = fileURLToPath(new URL('./hostile-server.ts', import.meta.url));
const SEEDS = (process.env['FIREDRILL_SEEDS'] ?? '1,2,3').split(',').map(Number);
const OPERATIONS: readonly OperationKind[] = ['connect', 'join', 'push', 'heartbeat'];

/** Every promise is awaited somewhere, every way to speak is used, and all timeouts are short. */
const SCENARIO = `
import { scenario } from 'firedrill';
export default scenario({
  about: 'everything at once against a server that does everything wrong',
  load: { clients: 60, ramp: '500ms', hold: '9500ms', rate: 300 },
  connect: { pushTimeout: '1s', connectTimeout: '1s', heartbeat: '700ms', heartbeatTimeout: '700ms' },
  async client(user) {
    const own = user.channel('room:' + (user.index % 3));
    own.on('shout', () => user.count('heard'));
    const joined = await own.join();
    if (joined.status !== 'ok') user.count('not_at_once');
    if (user.index < 3) void user.every('300ms', () => own.publish('shout', { by: user.index }));
    if (user.index % 10 === 0) void user.every('1s', () => own.cast('note', {}));
    if (user.index % 10 === 1) {
      void user.every('2500ms', async () => {
        user.disconnect();
        await user.sleep('200ms');
        await user.reconnect();
      });
    }
    if (user.index % 10 === 2) {
      void user.every('1500ms', async () => {
        const other = await user.join('side:' + user.index);
        await other.push('ask');
        other.leave();
      });
    }
    await user.pace(() => own.push('ask', { by: user.index }));
  },
  metrics: { heard: 'counter', not_at_once: 'counter' },
  thresholds: { push_timeouts: ['rate<0.001'] },
});
`;

function countOf(metric: Metric | undefined): number {
  return metric && 'count' in metric ? metric.count : 0;
}

async function word<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T];
  return message;
}

/** Every equation of the books, reckoned again from what the summary says. */
function booksBalance(summary: Summary): void {
  assert.deepEqual(summary.books, { balanced: true, problems: [] });
  for (const kind of OPERATIONS) {
    const { planned, sent, ok, error, timeout, lost, dropped, inFlight } = summary.operations[kind];
    assert.equal(planned, sent + dropped, `${kind}: planned`);
    assert.equal(sent, ok + error + timeout + lost + inFlight, `${kind}: sent`);
    const samples = countOf(summary.metrics[`${kind}_duration`]);
    assert.equal(samples, ok + error + timeout, `${kind}: samples`);
  }
  assert.equal(
    trendOf(summary.metrics['push_service_duration']).count,
    summary.outcomes.ok + summary.outcomes.error + summary.outcomes.timeout,
  );
  const { expected, received, missing } = summary.deliveries;
  assert.equal(expected, received + missing);
}

suite('the books balance under fire', { timeout: 120_000, concurrency: true }, () => {
  const servers: ChildProcess[] = [];
  after(() => {
    for (const child of servers) child.kill('SIGKILL');
    cleanUp();
  });

  for (const seed of SEEDS) {
    test(`to the last message, with seed ${seed}`, async () => {
      const child = fork(MODULE, [String(seed)]);
      servers.push(child);
      const { url } = await word<{ url: string }>(child);
      const folder = join(newFolder(), 'run');
      const flags = ['--target', url, '--seed', String(seed), '--workers', '2', '--out', folder, '--quiet'];
      const { code, stderr } = await run('run', scenarioFile(SCENARIO), ...flags);
      const summary = readSummary(folder);
      assert.equal(code, summary.exitCode, stderr);
      assert.doesNotMatch(stderr, /^\s+at /m);
      const broken = summary.incidents.filter(({ what }) => /threw|worker/.test(what));
      assert.deepEqual(broken, []);
      booksBalance(summary);

      // The seconds add up to the whole, and every broadcast to the deliveries.
      const lines = readTimeline(folder);
      const windows = lines.filter((line) => line.type === 'window');
      const { push } = summary.operations;
      assert.equal(
        windows.reduce((sum, line) => sum + line.sent, 0),
        push.sent,
      );
      assert.equal(
        windows.reduce((sum, line) => sum + line.dropped, 0),
        push.dropped,
      );

      // The server's own count: it cannot have read more than was sent, nor answered less than was received.
      const answer = word<HostileReport>(child);
      child.send('report');
      const report = await answer;
      assert.ok(report.pushes <= push.sent + countOf(summary.metrics['casts']), JSON.stringify(report));
      assert.ok(push.ok <= report.ok && report.ok > 0, JSON.stringify(report));
      assert.ok(report.joins <= summary.operations.join.sent, JSON.stringify(report));

      // The fire was real.
      for (const how of ['ok', 'error', 'timeout', 'lost', 'dropped'] as const) {
        assert.ok(push[how] > 0, `no push ended as ${how}: ${JSON.stringify(push)}`);
      }
      assert.ok(summary.operations.connect.error > 0 && summary.operations.join.error > 0);
      for (const name of ['drops', 'late_replies', 'deliveries', 'delivery_missing', 'delivery_duplicates']) {
        assert.ok(countOf(summary.metrics[name]) > 0, name);
      }
      assert.notEqual(summary.verdict.status, 'pass');
    });
  }
});
