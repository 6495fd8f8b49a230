/** Cases 45 to 49: calls, tasks, and what a crash leaves (phoenix-semantics 3.4 to 3.6). */
import type { ConformanceCase } from './case.ts';
import { errorReply, okReply, type Peer } from './peer.ts';
import type { Trial } from './trial.ts';

const CALL_MS = 5_000;
/** Room for a busy machine. */
const LATE_MS = 1_500;

/** The channel must die when a wait of 5,000 ms ends, not before. */
async function expectDeathAfterCall(trial: Trial, peer: Peer, topic: string, sinceUs: number): Promise<void> {
  const death = await peer.expect(trial.crashed('1', topic), CALL_MS + LATE_MS);
  const afterMs = (death.atUs - sinceUs) / 1e3;
  trial.check(afterMs >= CALL_MS - 5, `phx_error after ${CALL_MS} ms`, `after ${afterMs.toFixed(1)} ms`);
}

export const CALLS: readonly ConformanceCase[] = [
  {
    number: 45,
    title: 'a call to a server that needs 5,500 ms',
    spec: '3.4',
    async run(trial) {
      const probe = trial.hasProbe('the reason of the timeout, and a timeout that is caught');
      const topic = trial.topic(probe ? 'probe' : 'room');
      const reporter = probe ? await trial.reporter() : null;
      const peer = await trial.joined(topic);
      const other = await trial.joined(trial.topic('room', '/other'));
      const sinceUs = trial.clock.nowUs();
      peer.send(['1', '2', topic, 'call', { ms: 5_500 }]);
      await peer.expectQuiet();
      // Queued behind the first request: its answer says when the server was done with that one.
      other.send(['1', '3', trial.topic('room', '/other'), 'call', { ms: 1, timeout: 20_000 }]);
      await expectDeathAfterCall(trial, peer, topic, sinceUs);
      await reporter?.expect(trial.terminated(topic, '{:timeout, {GenServer, :call, _}}'));
      const done = await other.expect(okReply('1', '3', trial.topic('room', '/other'), { ms: 1 }), 8_000);
      const doneMs = (done.atUs - sinceUs) / 1e3;
      trial.check(doneMs >= 5_495, 'the server is busy for 5500 ms', `done after ${doneMs.toFixed(1)} ms`);
      if (!probe) return;
      await peer.join('4', topic);
      peer.send(['4', '5', topic, 'catch_call', { ms: 200, timeout: 50 }]);
      await peer.expect(errorReply('4', '5', topic, 'timeout'));
      // The server's second answer comes behind its late first one, which must have been dropped.
      peer.send(['4', '6', topic, 'call', { ms: 1 }]);
      await peer.expect(okReply('4', '6', topic, { ms: 1 }));
      await peer.expectQuietChannel('4', topic);
    },
  },
  {
    number: 46,
    title: 'the same through Task.await',
    spec: '3.6',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      const sinceUs = trial.clock.nowUs();
      peer.send(['1', '2', topic, 'await', { ms: 6_000 }]);
      await expectDeathAfterCall(trial, peer, topic, sinceUs);
      if (!trial.hasProbe('the end of the task')) return;
      const probe = trial.topic('probe');
      const reporter = await trial.reporter();
      await peer.join('1', probe);
      peer.send(['1', '3', probe, 'await_task', { ms: 200, timeout: 50 }]);
      await peer.expect(trial.crashed('1', probe));
      await reporter.expect(trial.terminated(probe, '{:timeout, {Task, :await, _}}'));
      // Longer than the task would have needed; had it lived, it would have reported.
      await peer.join('4', topic);
      peer.send(['4', '5', topic, 'block', { ms: 400 }]);
      await peer.expect(okReply('4', '5', topic, { ms: 400 }));
      await reporter.expectQuiet();
    },
  },
  {
    number: 47,
    title: 'a call to an unregistered name',
    spec: '3.4',
    needs: { probe: true },
    async run(trial) {
      const topic = trial.topic('probe');
      const reporter = await trial.reporter();
      const peer = await trial.joined(topic);
      peer.send(['1', '2', topic, 'call_unregistered', {}]);
      await peer.expect(trial.crashed('1', topic));
      await reporter.expect(trial.terminated(topic, '{:noproc, {GenServer, :call, _}}'));
    },
  },
  {
    number: 48,
    title: 'after a crash, a push with the old join_ref',
    spec: '1.6, 2.7',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      peer.send(['1', '2', topic, 'crash', {}]);
      await peer.expect(trial.crashed('1', topic));
      peer.send(['1', '3', topic, 'ping', {}]);
      await peer.expect(errorReply(null, '3', topic, 'unmatched topic'));
    },
  },
  {
    number: 49,
    title: 'a crash leaves the other channels alone',
    spec: '2.7, 3.5',
    async run(trial) {
      const topics = ['/a', '/b'].map((suffix) => trial.topic('room', suffix));
      const [a = '', b = ''] = topics;
      const peer = await trial.open();
      for (const topic of topics) await peer.join('1', topic);
      peer.send(['1', '2', a, 'crash', {}], ['1', '3', b, 'ping', { x: 1 }]);
      await peer.expectAnyOrder([trial.crashed('1', a), okReply('1', '3', b, { x: 1 })]);
      await peer.expectQuietChannel('1', b);
    },
  },
];
