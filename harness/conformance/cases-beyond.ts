/** What phoenix-semantics 1 and 2 say of frames, refs and closes, and its table leaves out. */
import { OPCODE } from '../wire/frame.ts';
import { binaryBroadcast, binaryPush, binaryPushed, binaryReply } from './binary-layout.ts';
import type { ConformanceCase } from './case.ts';
import { appear, refsOf, stateIn } from './cases-presence.ts';
import { closed, errorReply, okReply, pushed, type Peer } from './peer.ts';
import type { RawFrame } from './raw-frame.ts';
import { badFrameReason, badTextReason, closedByClientReason } from './reasons.ts';
import type { Trial } from './trial.ts';
import type { WebServer } from './target.ts';

/** Names that are no ordinary keys in a language of objects. */
const ODD_NAMES = ['__proto__', 'constructor', 'toString'];

const ANY_JSON: readonly unknown[] = [
  null,
  true,
  -1.5,
  '',
  'é 😀 "\\ \u2028',
  [],
  [1, [null, {}]],
  { a: { b: [] }, '': 0 },
  JSON.parse('{"__proto__":{"x":1},"constructor":2}'),
];

/** What is wrong with a frame, and the reason the channels of its connection end with. */
const BROKEN: ReadonlyArray<{ code: number; frame: RawFrame; reason: (server: WebServer) => unknown }> = [
  { code: 1002, frame: { opcode: OPCODE.text, payload: '[]', masked: false }, reason: badFrameReason },
  {
    code: 1007,
    frame: { opcode: OPCODE.text, payload: Buffer.from([0x22, 0xff, 0x22]) },
    reason: badTextReason,
  },
];

/** How a server answers the client's close frame; 1005 is none at all. */
function answeredWith(server: WebServer, code: number): number {
  if (server === 'cowboy') return code;
  return code <= 1003 || code === 1005 || (code >= 1007 && code <= 1011) || code >= 3000 ? 1000 : 1002;
}

/** A probe with a reporter beside it where there is one, else a room. */
async function openWatched(
  trial: Trial,
  suffix: string,
): Promise<{ peer: Peer; ends: (reason: unknown) => Promise<void> }> {
  const { probe } = trial.target;
  const topic = trial.topic(probe ? 'probe' : 'room', suffix);
  const reporter = probe ? await trial.reporter() : null;
  const peer = await trial.joined(topic);
  return {
    peer,
    async ends(reason) {
      await reporter?.expect(trial.terminated(topic, reason));
      reporter?.drop();
    },
  };
}

export const BEYOND: readonly ConformanceCase[] = [
  {
    number: 'b1',
    title: 'payloads and replies of any JSON type',
    spec: '1.3, 1.8',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      for (const [index, value] of ANY_JSON.entries()) {
        peer.send(['1', `${index}`, topic, 'ping', value]);
        await peer.expect(okReply('1', `${index}`, topic, value));
      }
    },
  },
  {
    number: 'b2',
    title: 'refs come back as they were sent, and "1" is not 1',
    spec: '1.2, 1.4',
    async run(trial) {
      const [topic, binary] = [trial.topic('room'), trial.topic('room', '/binary')];
      const isStrict = trial.target.patch >= 3;
      const peer = await trial.open();
      peer.send([1, 2, topic, 'phx_join', {}]);
      await peer.expect(okReply(1, 2, topic));
      peer.send(['1', '3', topic, 'ping', {}]);
      if (!isStrict) await peer.expect(okReply(1, '3', topic));
      peer.send([1, 4, topic, 'ping', {}]);
      await peer.expect(okReply(1, 4, topic));
      await peer.join('1', binary);
      // A join_ref of no bytes is "" and not null, so it is a stale one.
      const data = Buffer.from([7]);
      peer.raw.sendFrame({ opcode: OPCODE.binary, payload: binaryPush('', '5', binary, 'bin', data) });
      if (!isStrict) {
        await peer.expectBinary(binaryPushed('1', binary, 'bin', data).toString('hex'));
        await peer.expectBinary(binaryBroadcast(binary, 'bin', data).toString('hex'));
        const answer = Buffer.concat([data, Buffer.from('!')]);
        await peer.expectBinary(binaryReply('1', '5', binary, 'ok', answer).toString('hex'));
      }
      await peer.expectQuietChannel('1', binary);
    },
  },
  {
    number: 'b3',
    title: 'a join whose join_ref is null',
    spec: '1.7',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.open();
      peer.send([null, '60', topic, 'phx_join', { after_join: 1 }]);
      await peer.expect(okReply(null, '60', topic));
      await peer.expect(pushed('60', topic, 'after_join', { n: 1 }));
      peer.send(['60', '61', topic, 'ping', {}]);
      if (trial.target.patch < 3) await peer.expect(okReply('60', '61', topic));
      peer.send([null, '62', topic, 'ping', {}]);
      await peer.expect(okReply('60', '62', topic));
      peer.send([null, '63', topic, 'crash', {}]);
      await peer.expect(trial.crashed(null, topic));
      peer.send([null, '64', topic, 'phx_join', {}]);
      await peer.expect(okReply(null, '64', topic));
      peer.send([null, '65', topic, 'phx_leave', {}]);
      await peer.expect(okReply('64', '65', topic));
      await peer.expect(closed(null, topic));
    },
  },
  {
    number: 'b4',
    title: 'params, topics, events and keys with names such as __proto__',
    spec: '1.1, 1.6, 5.3',
    async run(trial) {
      const peer = await trial.open(Object.fromEntries(ODD_NAMES.map((name) => [name, 'x'])));
      for (const name of ODD_NAMES) {
        peer.send(['1', '1', name, 'phx_join', {}]);
        await peer.expect(errorReply(null, '1', name, 'unmatched topic'));
        const topic = trial.topic('room', `/${name}`);
        await peer.join('1', topic);
        peer.send(['1', '2', topic, name, {}]);
        await peer.expect(trial.crashed('1', topic));
        const { frames } = await appear(trial, trial.topic('presence', `/${name}`), name);
        trial.check(refsOf(stateIn(frames), name).length === 1, `one meta under ${name}`, frames);
      }
    },
  },
  {
    number: 'b5',
    title: 'items too many, and null for topic and event',
    spec: '1.3, 1.8',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      peer.send([null, '1', 'phoenix', 'heartbeat', {}, 6, { seventh: true }]);
      await peer.expect(okReply(null, '1', 'phoenix'));
      peer.send([null, '2', null, 'ping', {}]);
      await peer.expect(errorReply(null, '2', null, 'unmatched topic'));
      peer.send(['1', '3', topic, null, {}]);
      await peer.expect(trial.crashed('1', topic));
    },
  },
  {
    number: 'b6',
    title: 'phx_close, phx_error and phx_reply from a client are ordinary events',
    spec: '1.6',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.open();
      for (const event of ['phx_close', 'phx_error', 'phx_reply']) {
        await peer.join('1', topic);
        peer.send(['1', '2', topic, event, {}]);
        // No clause of the room matches them.
        await peer.expect(trial.crashed('1', topic));
        peer.send(['1', '3', topic, event, {}]);
        await peer.expect(errorReply(null, '3', topic, 'unmatched topic'));
      }
    },
  },
  {
    number: 'b7',
    title: 'fragments are one message; a stray one and reserved bits close',
    spec: '1.8, 1.10',
    async run(trial) {
      const peer = await trial.open();
      peer.raw.sendFrame({ opcode: OPCODE.text, payload: '[null,"1","phoe', fin: false });
      peer.raw.sendFrame({ opcode: OPCODE.ping, payload: 'hi' });
      await peer.expect('pong 6869');
      peer.raw.sendFrame({ opcode: OPCODE.continuation, payload: 'nix","heartbeat",{}]' });
      await peer.expect(okReply(null, '1', 'phoenix'));
      peer.raw.sendFrame({ opcode: OPCODE.continuation, payload: '[]' });
      await peer.expectClose(1002);
      const other = await trial.open();
      other.raw.sendFrame({ opcode: OPCODE.text, payload: '[]', rsv: 1 });
      await other.expectClose(1002);
    },
  },
  {
    number: 'b8',
    title: 'what a client’s close is answered with, and what its channels hear',
    spec: '1.10, 2.8',
    async run(trial) {
      const { profile } = trial.target;
      trial.hasProbe('reasons of the channels');
      for (const code of [1000, 1001, 1012, 3000, null]) {
        const { peer, ends } = await openWatched(trial, `/${code}`);
        peer.sendClose(code);
        await peer.expectClose(answeredWith(profile, code ?? 1005));
        await ends(closedByClientReason(profile));
      }
      for (const { code, frame, reason } of BROKEN) {
        const { peer, ends } = await openWatched(trial, `/${code}`);
        peer.raw.sendFrame(frame);
        await peer.expectClose(code);
        await ends(reason(profile));
      }
    },
  },
];
