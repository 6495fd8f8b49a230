/** What a fault does to single frames of a client, in either serializer. */
import { decodeMessage, type Message } from './codec.ts';
import { decodeMessageV1 } from './codec-v1.ts';
import { encodeFrame, OPCODE, payloadOf } from './frame.ts';

/** A heartbeat is shorter than that, head and all, in bytes. */
const LONGEST_HEARTBEAT = 131;

/** Heartbeats are not written; everything else is. */
export function withoutHeartbeats(frame: Buffer): Buffer | null {
  if (frame.length > LONGEST_HEARTBEAT) return frame;
  const message = messageIn(textOf(frame));
  return message?.topic === 'phoenix' && message.event === 'heartbeat' ? null : frame;
}

/**
 * Pushes carry the join_ref of a join before the one in force: the server hears nothing of them (phoenix-semantics
 * 1.6). `forged` is told the ref of each.
 */
export function withStaleJoinRef(frame: Buffer, forged?: (ref: number) => void): Buffer {
  const text = textOf(frame);
  const message = messageIn(text);
  if (message === null || message.joinRef === null) return frame;
  if (message.event === 'phx_join' || message.event === 'phx_leave') return frame;
  if (message.ref !== null) forged?.(message.ref);
  const stale = `"${message.joinRef - 1}"`;
  const outdated = isV2(text)
    ? text.replace(/^\["\d+"/, `[${stale}`)
    : text.replace(/"join_ref":"\d+"\}$/, `"join_ref":${stale}}`);
  return encodeFrame(OPCODE.text, outdated);
}

/** The text of a frame of ours; empty when it holds none. */
function textOf(frame: Buffer): string {
  return frame[0] === (0x80 | OPCODE.text) ? payloadOf(frame).toString('utf8') : '';
}

const isV2 = (text: string): boolean => text.startsWith('[');

function messageIn(text: string): Message | null {
  return isV2(text) ? decodeMessage(text) : decodeMessageV1(text);
}
