/** Cases 25 to 34: leave, duplicate join, slow join (phoenix-semantics 2.4 to 2.6, 3.1). */
import type { ConformanceCase } from './case.ts';
import { expectIdleClose, SHORT_IDLE } from './idle-clock.ts';
import { broadcast, closed, errorReply, okReply, pushed } from './peer.ts';
import { lostReason } from './reasons.ts';

/** Room for a busy machine in what must not come earlier, but may come later. */
const LATE_MS = 4_000;

export const LEAVING: readonly ConformanceCase[] = [
  {
    number: 25,
    title: 'leave, with a push from terminate/2',
    spec: '2.6',
    async run(trial) {
      const probe = trial.hasProbe('a push from terminate/2');
      const topic = trial.topic(probe ? 'probe' : 'room');
      const peer = await trial.joined(topic, { terminate: { push: 'bye' } });
      const reporter = probe ? await trial.reporter() : null;
      peer.send(['1', '2', topic, 'phx_leave', {}]);
      await peer.expect(okReply('1', '2', topic));
      await peer.expect(closed('1', topic));
      if (probe) await peer.expect(pushed('1', topic, 'bye', {}));
      await reporter?.expect(trial.terminated(topic, '{:shutdown, :left}'));
    },
  },
  {
    number: 26,
    title: 'leave of a topic never joined',
    spec: '1.6',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.open();
      peer.send(['8', '9', topic, 'phx_leave', {}]);
      await peer.expect(okReply('8', '9', topic));
      await peer.expectQuiet();
    },
  },
  {
    number: 27,
    title: 'an event after the leave',
    spec: '1.6',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      peer.send(['1', '2', topic, 'phx_leave', {}]);
      await peer.expect(okReply('1', '2', topic));
      await peer.expect(closed('1', topic));
      peer.send(['1', '3', topic, 'ping', {}]);
      await peer.expect(errorReply(null, '3', topic, 'unmatched topic'));
    },
  },
  {
    number: 28,
    title: 'duplicate join',
    spec: '2.5',
    async run(trial) {
      const probe = trial.hasProbe('terminate/2 of the old channel');
      const topic = trial.topic(probe ? 'probe' : 'room');
      const reporter = probe ? await trial.reporter() : null;
      const peer = await trial.open();
      await peer.join('3', topic);
      // The old channel is in the middle of something: its reply is lost with it.
      peer.send(['3', '5', topic, 'block', { ms: 60_000 }]);
      await peer.expectQuiet();
      peer.send(['4', '4', topic, 'phx_join', { after_join: 2 }]);
      await peer.expect(okReply('4', '4', topic));
      await peer.expect(closed('3', topic));
      await peer.expect(pushed('4', topic, 'after_join', { n: 2 }));
      await peer.expectQuietChannel('4', topic);
      if (reporter === null) return;
      await reporter.expect(broadcast(trial.reports, 'after_join', { topic }));
      await reporter.expectQuiet();
    },
  },
  {
    number: 30,
    title: 'duplicate join onto a channel that ignores EXIT',
    spec: '2.5, 3.1',
    async run(trial) {
      const topic = trial.topic('room');
      const evictionMs = trial.setting('eviction-ms', 5_000);
      const peer = await trial.joined(topic, { trap_exit: true });
      const sinceUs = trial.clock.nowUs();
      peer.send(['2', '2', topic, 'phx_join', {}], [null, '3', 'phoenix', 'heartbeat', {}]);
      const reply = await peer.expect(okReply('2', '2', topic), evictionMs + LATE_MS);
      const afterMs = (reply.atUs - sinceUs) / 1e3;
      trial.check(
        afterMs >= evictionMs - 5,
        `an answer after ${evictionMs} ms`,
        `after ${afterMs.toFixed(1)} ms`,
      );
      // Which is first depends on whether TCP handed both frames over in one piece.
      await peer.expectAnyOrder([okReply(null, '3', 'phoenix'), closed('1', topic)]);
    },
  },
  {
    number: 31,
    title: 'rejoin while terminate/2 of the left channel still runs',
    spec: '2.6',
    needs: { probe: true },
    async run(trial) {
      const topic = trial.topic('probe');
      const peer = await trial.joined(topic, { terminate: { sleep_ms: 400, push: 'bye' } });
      peer.send(['1', '2', topic, 'phx_leave', {}]);
      await peer.expect(okReply('1', '2', topic));
      await peer.expect(closed('1', topic));
      await peer.join('3', topic);
      // The new channel answers while the old one has not said goodbye yet: both are alive.
      await peer.expectQuietChannel('3', topic);
      await peer.expect(pushed('1', topic, 'bye', {}));
    },
  },
  {
    number: 33,
    title: 'a join longer than the idle timeout',
    spec: '2.10',
    needs: { settings: SHORT_IDLE },
    async run(trial) {
      const topic = trial.topic('room');
      const joinMs = trial.setting('idle-timeout-ms') * 1.5;
      const bystander = await trial.bystander();
      const peer = await trial.open();
      const sentAtUs = trial.clock.nowUs();
      peer.send(['1', '1', topic, 'phx_join', { delay_ms: joinMs }]);
      const reply = await peer.expect(okReply('1', '1', topic), joinMs + LATE_MS);
      // A tick that Cowboy missed while it was held counts at once.
      const earlyMs = trial.target.profile === 'cowboy' ? joinMs / 15 : 0;
      // The reply may have been on its way for a while: what is sure is that the join took its time.
      const heard = { fromUs: sentAtUs + joinMs * 1e3, toUs: reply.atUs, bystander };
      await expectIdleClose(trial, peer, heard, earlyMs);
    },
  },
  {
    number: 34,
    title: 'TCP drops during a join',
    spec: '2.4, 2.8',
    needs: { probe: true },
    async run(trial) {
      const topic = trial.topic('probe');
      const reporter = await trial.reporter();
      const peer = await trial.open();
      peer.send(
        [null, '9', 'phoenix', 'heartbeat', {}],
        ['1', '1', topic, 'phx_join', { delay_ms: 300, after_join: 1 }],
      );
      await peer.expect(okReply(null, '9', 'phoenix'));
      peer.drop();
      await reporter.expect(broadcast(trial.reports, 'after_join', { topic }));
      await reporter.expect(trial.terminated(topic, lostReason(trial.target.profile)));
    },
  },
];
