/** What phoenix-semantics 2, 3 and 5 say of channels, and its table leaves out. */
import type { ConformanceCase } from './case.ts';
import { appear, eventOf, refsOf, stateIn } from './cases-presence.ts';
import { broadcast, closed, okReply, pushed } from './peer.ts';
import { lostReason } from './reasons.ts';
import { sameValue } from './same-value.ts';

/** Timers may be a little early by another clock. */
const EARLY_MS = 5;
/** Events an orphan has before it when its connection is lost. */
const BACKLOG = 3;

export const BEYOND_CHANNELS: readonly ConformanceCase[] = [
  {
    number: 'b9',
    title: 'a leave followed at once by a join',
    spec: '2.5',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      peer.send(['1', '2', topic, 'block', { ms: 60_000 }]);
      await peer.expectQuiet();
      // The leave waits behind the block and is lost with it.
      peer.send(['1', '3', topic, 'phx_leave', {}], ['4', '4', topic, 'phx_join', { after_join: 4 }]);
      await peer.expect(okReply('4', '4', topic));
      await peer.expect(closed('1', topic));
      await peer.expect(pushed('4', topic, 'after_join', { n: 4 }));
      await peer.expectQuietChannel('4', topic);
    },
  },
  {
    number: 'b10',
    title: 'a leave with a stale join_ref, and one of the phoenix topic',
    spec: '1.6',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      peer.send([null, '2', 'phoenix', 'phx_leave', {}]);
      await peer.expect(okReply(null, '2', 'phoenix'));
      // Ignored in every version: the client has raced a close of the server's.
      peer.send(['0', '3', topic, 'phx_leave', {}]);
      await peer.expectQuietChannel('1', topic);
    },
  },
  {
    number: 'b11',
    title: 'any status, any response, and two replies to one ref',
    spec: '1.3, 3.3',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      const reply = (ref: string, status: string, response: unknown): unknown[] => [
        '1',
        ref,
        topic,
        'phx_reply',
        { status, response },
      ];
      peer.send(['1', '2', topic, 'status', { status: 'pending', response: 'later' }]);
      await peer.expect(reply('2', 'pending', 'later'));
      peer.send(['1', '3', topic, 'status', { status: 'error' }]);
      await peer.expect(reply('3', 'error', {}));
      peer.send(['1', '4', topic, 'double_reply', {}]);
      for (const n of [1, 2]) await peer.expect(reply('4', 'ok', { n }));
      await peer.expectQuietChannel('1', topic);
    },
  },
  {
    number: 'b12',
    title: 'a returned timeout, and one that a message cancels',
    spec: '3.3',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      const sinceUs = trial.clock.nowUs();
      peer.send(['1', '2', topic, 'timeout', { ms: 100 }]);
      const { atUs } = await peer.expect(pushed('1', topic, 'timeout', {}));
      const afterMs = (atUs - sinceUs) / 1e3;
      trial.check(afterMs >= 100 - EARLY_MS, 'a timeout after 100 ms', `after ${afterMs.toFixed(1)} ms`);
      peer.send(['1', '3', topic, 'timeout', { ms: 200 }], ['1', '4', topic, 'ping', {}]);
      await peer.expect(okReply('1', '4', topic));
      await trial.pass(350);
      await peer.expectQuietChannel('1', topic);
    },
  },
  {
    number: 'b13',
    title: 'a slow join holds its connection, a slow handler its channel alone',
    spec: '3.1',
    async run(trial) {
      const [a, b] = [trial.topic('room', '/a'), trial.topic('room', '/b')];
      const other = await trial.joined(a);
      const peer = await trial.joined(a);
      const sinceUs = trial.clock.nowUs();
      peer.send(
        [null, '2', 'phoenix', 'heartbeat', {}],
        ['3', '3', b, 'phx_join', { delay_ms: 400 }],
        ['1', '4', a, 'ping', {}],
        [null, '5', 'phoenix', 'heartbeat', {}],
      );
      await peer.expect(okReply(null, '2', 'phoenix'));
      other.send(['1', '6', a, 'shout', {}]);
      await other.expect(broadcast(a, 'shout', {}));
      await other.expect(okReply('1', '6', a));
      const { atUs } = await peer.expect(okReply('3', '3', b));
      const afterMs = (atUs - sinceUs) / 1e3;
      trial.check(afterMs >= 400 - EARLY_MS, 'a join that takes 400 ms', `after ${afterMs.toFixed(1)} ms`);
      const heartbeat = okReply(null, '5', 'phoenix');
      await peer.expectAnyOrder([heartbeat, okReply('1', '4', a), broadcast(a, 'shout', {})]);
      peer.send(['1', '7', a, 'block', { ms: 300 }], ['3', '8', b, 'ping', {}]);
      await peer.expect(okReply('3', '8', b));
      await peer.expectQuiet();
      await peer.expect(okReply('1', '7', a, { ms: 300 }));
    },
  },
  {
    number: 'b14',
    title: 'an update of a presence is a leave and a join in one diff',
    spec: '5.2',
    async run(trial) {
      const topic = trial.topic('presence');
      const { peer, frames } = await appear(trial, topic, 'u1', { meta: { mood: 'calm' } });
      const [before = ''] = refsOf(stateIn(frames), 'u1');
      peer.send(['1', '2', topic, 'update_presence', { meta: { mood: 'keen' } }]);
      const missing = new Set<unknown>(['phx_reply', 'presence_diff']);
      const came = await peer.takeUntil('a reply and a diff', (frame) => {
        missing.delete(eventOf(frame));
        return missing.size === 0;
      });
      const state = await appear(trial, topic, 'u2');
      const [after = ''] = refsOf(stateIn(state.frames), 'u1');
      const joined = { mood: 'keen', phx_ref: after, phx_ref_prev: before };
      const diff = broadcast(topic, 'presence_diff', {
        joins: { u1: { metas: [joined] } },
        leaves: { u1: { metas: [{ mood: 'calm', phx_ref: before }] } },
      });
      const wanted = [okReply('1', '2', topic), diff];
      const fits = came.length === 2 && wanted.every((one) => came.some((frame) => sameValue(one, frame)));
      trial.check(fits && after !== before, { 'in any order': wanted }, came);
    },
  },
  {
    number: 'b15',
    title: 'an orphan works its backlog off',
    spec: '2.9',
    async run(trial) {
      const probe = trial.hasProbe('the end of the orphan');
      const topic = trial.topic(probe ? 'probe' : 'room');
      const reporter = probe ? await trial.reporter() : null;
      const listener = await trial.joined(topic);
      const peer = await trial.joined(topic);
      const work = Array.from({ length: BACKLOG }, (_, n) => [
        ['1', `w${n}`, topic, 'block', { ms: 80 }],
        ['1', `s${n}`, topic, 'shout', { n }],
      ]).flat();
      peer.send(...work, [null, 'end', 'phoenix', 'heartbeat', {}]);
      await peer.expect(okReply(null, 'end', 'phoenix'));
      peer.drop();
      for (let n = 0; n < BACKLOG; n += 1) await listener.expect(broadcast(topic, 'shout', { n }));
      await reporter?.expect(trial.terminated(topic, lostReason(trial.target.profile)));
      await listener.expectQuietChannel('1', topic);
    },
  },
];
