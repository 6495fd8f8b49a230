/** Cases 6 to 15: frames good and bad (phoenix-semantics 1.3 to 1.8, 1.10). */
import { OPCODE } from '../wire/frame.ts';
import { binaryBroadcast, binaryPush, binaryPushed, binaryReply } from './binary-layout.ts';
import type { ConformanceCase } from './case.ts';
import { expectIdleClose, SHORT_IDLE } from './idle-clock.ts';
import { errorReply, okReply, type Peer } from './peer.ts';
import type { RawFrame } from './raw-frame.ts';
import { startsWith } from './same-value.ts';
import { crashPayload } from './target.ts';
import type { Trial } from './trial.ts';

/** Sends a frame the decoder cannot take to a connection of two channels. */
async function expectDecoderCrash(trial: Trial, frames: readonly RawFrame[]): Promise<void> {
  const probe = trial.hasProbe('reasons of the channels');
  const reporter = probe ? await trial.reporter() : null;
  for (const [index, frame] of frames.entries()) {
    const topics = ['a', 'b'].map((letter) => trial.topic(probe ? 'probe' : 'room', `/${letter}${index}`));
    const peer = await trial.open();
    for (const topic of topics) await peer.join('1', topic);
    peer.raw.sendFrame(frame);
    await peer.expectClose(1011);
    const reports = topics.map((topic) => trial.terminated(topic, startsWith('exception: ')));
    await reporter?.expectAnyOrder(reports);
  }
}

async function expectFatal(trial: Trial, code: number, frame: RawFrame): Promise<void> {
  const peer = await trial.joined(trial.topic('room'));
  peer.raw.sendFrame(frame);
  await peer.expectClose(code);
}

/** A V1 message; the server never writes a join_ref. */
function v1(
  topic: string,
  event: string,
  ref: string | null,
  payload: unknown = {},
): Record<string, unknown> {
  return { topic, event, ref, payload };
}

async function expectV1Join(peer: Peer, topic: string, ref: string): Promise<void> {
  peer.send(v1(topic, 'phx_join', ref));
  await peer.expect(v1(topic, 'phx_reply', ref, { status: 'ok', response: {} }));
}

export const FRAMING: readonly ConformanceCase[] = [
  {
    number: 6,
    title: 'heartbeat',
    spec: '1.6',
    async run(trial) {
      const peer = await trial.open();
      peer.send([null, '1', 'phoenix', 'heartbeat', {}]);
      await peer.expect(okReply(null, '1', 'phoenix'));
    },
  },
  {
    number: 7,
    title: 'another event on the phoenix topic',
    spec: '1.6',
    async run(trial) {
      const peer = await trial.open();
      peer.send([null, '2', 'phoenix', 'foo', {}]);
      await peer.expect(errorReply(null, '2', 'phoenix', 'unmatched topic'));
    },
  },
  {
    number: 8,
    title: 'text that is no message ends the connection and its channels',
    spec: '1.8, 1.10, 2.8',
    async run(trial) {
      const texts = ['{nope', '{"a":1}', '[null,"1","phoenix","heartbeat"]'];
      await expectDecoderCrash(
        trial,
        texts.map((payload) => ({ opcode: OPCODE.text, payload })),
      );
    },
  },
  {
    number: 10,
    title: 'a binary frame of another kind than push',
    spec: '1.4, 1.8',
    async run(trial) {
      const payload = Buffer.from([1, 1, 1, 1, 1, 0x31, 0x31, 0x78, 0x65]);
      await expectDecoderCrash(trial, [{ opcode: OPCODE.binary, payload }]);
    },
  },
  {
    number: 11,
    title: 'binary push, broadcast and reply',
    spec: '1.4',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.joined(topic);
      const data = Buffer.from([1, 2, 3]);
      peer.raw.sendFrame({ opcode: OPCODE.binary, payload: binaryPush('1', '7', topic, 'bin', data) });
      await peer.expectBinary(binaryPushed('1', topic, 'bin', data).toString('hex'));
      await peer.expectBinary(binaryBroadcast(topic, 'bin', data).toString('hex'));
      const reply = binaryReply('1', '7', topic, 'ok', Buffer.concat([data, Buffer.from('!')]));
      await peer.expectBinary(reply.toString('hex'));
    },
  },
  {
    number: 13,
    title: 'too large, unmasked, bad UTF-8',
    spec: '1.8, 1.10',
    async run(trial) {
      // The header alone says it all; with the body under way a reset could overtake the close frame.
      await expectFatal(trial, 1009, { opcode: OPCODE.text, payload: '[', announcedBytes: 11_000_000 });
      await expectFatal(trial, 1002, { opcode: OPCODE.text, payload: '[]', masked: false });
      await expectFatal(trial, 1007, { opcode: OPCODE.text, payload: Buffer.from([0x22, 0xff, 0xfe, 0x22]) });
    },
  },
  {
    number: 14,
    title: 'a ping gets its pong and resets the idle clock',
    spec: '2.10',
    needs: { wants: SHORT_IDLE },
    async run(trial) {
      const peer = await trial.open();
      const hi = { opcode: OPCODE.ping, payload: 'hi' };
      peer.raw.sendFrame(hi);
      await peer.expect('pong 6869');
      const idleMs = trial.setting('idle-timeout-ms');
      if (Number.isNaN(idleMs))
        return trial.note('idle clock: not looked at, idle-timeout-ms is not declared');
      const bystander = await trial.bystander();
      await trial.pass(idleMs * 0.6);
      const fromUs = trial.clock.nowUs();
      peer.raw.sendFrame(hi);
      const { atUs } = await peer.expect('pong 6869');
      await expectIdleClose(trial, peer, { fromUs, toUs: atUs, bystander });
    },
  },
  {
    number: 15,
    title: 'V1: join, crash, leave',
    spec: '1.5',
    async run(trial) {
      const topic = trial.topic('room');
      const peer = await trial.open({}, 1);
      await expectV1Join(peer, topic, '1');
      peer.send(v1(topic, 'crash', '2'));
      await peer.expect(v1(topic, 'phx_error', null, crashPayload(trial.target)));
      await expectV1Join(peer, topic, '3');
      peer.send(v1(topic, 'phx_leave', '4'));
      await peer.expect(v1(topic, 'phx_reply', '4', { status: 'ok', response: {} }));
      await peer.expect(v1(topic, 'phx_close', null));
    },
  },
];
