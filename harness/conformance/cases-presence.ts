/** Cases 60 to 65: Presence (phoenix-semantics 5.2 to 5.4). */
import type { ConformanceCase } from './case.ts';
import { broadcast, errorReply, okReply, pushed, type Peer } from './peer.ts';
import { field, sameValue } from './same-value.ts';
import type { Trial } from './trial.ts';

/** 12 bytes in URL-safe base64. */
const PHX_REF = /^[\w-]{16}$/;
/** Joiners of case 64. */
const CROWD = 10;

/** The phx_refs under a key of presence_state, or of one half of a diff. */
export function refsOf(entries: unknown, key: string): string[] {
  const metas = field(field(entries, key), 'metas');
  if (!Array.isArray(metas)) return [];
  return metas.map((meta) => field(meta, 'phx_ref')).filter((ref) => typeof ref === 'string');
}

export function eventOf(frame: unknown): unknown {
  return Array.isArray(frame) ? (frame[3] as unknown) : undefined;
}

function payloadOf(frame: unknown): unknown {
  return Array.isArray(frame) ? (frame[4] as unknown) : undefined;
}

function isDiffOf(frame: unknown, half: 'joins' | 'leaves', key: string): boolean {
  return eventOf(frame) === 'presence_diff' && refsOf(field(payloadOf(frame), half), key).length > 0;
}

/** Joins as `user`; resolves with the frames up to state and own diff, whichever is last. */
export async function appear(
  trial: Trial,
  topic: string,
  user: string,
  payload: unknown = {},
): Promise<{ peer: Peer; frames: unknown[] }> {
  const peer = await trial.joined(topic, payload, { user_id: user });
  const missing = new Set<string>(['presence_state', 'presence_diff']);
  const frames = await peer.takeUntil('presence_state and the own presence_diff', (frame) => {
    if (eventOf(frame) === 'presence_state') missing.delete('presence_state');
    if (isDiffOf(frame, 'joins', user)) missing.delete('presence_diff');
    return missing.size === 0;
  });
  return { peer, frames };
}

export function stateIn(frames: readonly unknown[]): unknown {
  return payloadOf(frames.find((frame) => eventOf(frame) === 'presence_state'));
}

export const PRESENCE: readonly ConformanceCase[] = [
  {
    number: 60,
    title: 'track and list after join',
    spec: '5.2, 5.3',
    async run(trial) {
      const topic = trial.topic('presence');
      const { frames } = await appear(trial, topic, 'u1');
      const [ref = ''] = refsOf(stateIn(frames), 'u1');
      trial.check(PHX_REF.test(ref), 'a phx_ref of 16 characters of URL-safe base64', frames);
      const entries = { u1: { metas: [{ phx_ref: ref }] } };
      const state = pushed('1', topic, 'presence_state', entries);
      const diff = broadcast(topic, 'presence_diff', { joins: entries, leaves: {} });
      const either = [state, diff].filter((wanted) => frames.some((frame) => sameValue(wanted, frame)));
      trial.check(either.length === 2 && frames.length === 2, { 'in any order': [state, diff] }, frames);
    },
  },
  {
    number: 61,
    title: 'one key from two connections, one drops',
    spec: '5.2, 5.3',
    async run(trial) {
      const topic = trial.topic('presence');
      const first = await appear(trial, topic, 'u1');
      const second = await appear(trial, topic, 'u1');
      const both = refsOf(stateIn(second.frames), 'u1');
      trial.check(both.length === 2, 'two metas under one key', stateIn(second.frames));
      const [stays] = refsOf(stateIn(first.frames), 'u1');
      const gone = both.filter((ref) => ref !== stays);
      second.peer.drop();
      const seen = await first.peer.takeUntil('a leave of u1', (frame) => isDiffOf(frame, 'leaves', 'u1'));
      const left = refsOf(field(payloadOf(seen.at(-1)), 'leaves'), 'u1');
      trial.check(left.length === 1 && left[0] === gone[0], `a leave of ${gone.join()}`, seen.at(-1));
      const third = await appear(trial, topic, 'u2');
      const rest = refsOf(stateIn(third.frames), 'u1');
      trial.check(rest.length === 1 && rest[0] === stays, `${stays} alone under u1`, stateIn(third.frames));
    },
  },
  {
    number: 63,
    title: 'track twice',
    spec: '5.2',
    needs: { probe: true },
    async run(trial) {
      const topic = trial.topic('probe');
      const peer = await trial.joined(topic);
      for (const ref of ['2', '3']) peer.send(['1', ref, topic, 'track', { key: 'u1' }]);
      const isReply = (frame: unknown): boolean => eventOf(frame) === 'phx_reply';
      const replies: unknown[] = [];
      while (replies.length < 2) replies.push((await peer.takeUntil('two replies', isReply)).at(-1));
      const wanted = [okReply('1', '2', topic), errorReply('1', '3', topic, 'already_tracked')];
      trial.check(sameValue(wanted, replies), wanted, replies);
    },
  },
  {
    number: 64,
    title: `${CROWD} concurrent joins with presence`,
    spec: '5.2, 5.4',
    async run(trial) {
      const topic = trial.topic('presence');
      const users = Array.from({ length: CROWD }, (_, index) => `u${index}`);
      const peers = await Promise.all(users.map((user) => trial.open({ user_id: user })));
      for (const peer of peers) peer.send(['1', '1', topic, 'phx_join', {}]);
      let diffs = 0;
      const count = (frames: readonly unknown[]): void => {
        diffs += frames.filter((frame) => eventOf(frame) === 'presence_diff').length;
      };
      const isState = (frame: unknown): boolean => eventOf(frame) === 'presence_state';
      for (const peer of peers) {
        await peer.expect(okReply('1', '1', topic));
        count(await peer.takeUntil('presence_state', isState));
      }
      // Diffs are released in order: where a latecomer's has come, all others have.
      await appear(trial, topic, 'late');
      for (const peer of peers) {
        const frames = await peer.takeUntil('the diff of late', (frame) => isDiffOf(frame, 'joins', 'late'));
        count(frames.slice(0, -1));
      }
      const [least, most] = [(CROWD * (CROWD + 1)) / 2, CROWD * CROWD];
      trial.check(diffs >= least && diffs <= most, `${least} to ${most} diffs`, `${diffs}`);
    },
  },
  {
    number: 65,
    title: 'the tracker shard is killed',
    spec: '3.5',
    needs: { probe: true, alone: true },
    async run(trial) {
      const topic = trial.topic('probe');
      const peers = [await trial.joined(topic), await trial.joined(topic)];
      const isReply = (frame: unknown): boolean => eventOf(frame) === 'phx_reply';
      for (const [index, peer] of peers.entries()) {
        peer.send(['1', '2', topic, 'track', { key: `u${index}` }]);
        await peer.takeUntil('a reply', isReply);
      }
      const free = await trial.joined(trial.topic('room'));
      peers[0]?.send(['1', '3', topic, 'kill_shard', {}]);
      for (const peer of peers) {
        const frames = await peer.takeUntil('phx_error', (frame) => eventOf(frame) === 'phx_error');
        const [last, wanted] = [frames.at(-1), trial.crashed('1', topic)];
        trial.check(sameValue(wanted, last), wanted, last);
      }
      await free.expectQuietChannel('1', trial.topic('room'));
    },
  },
];
