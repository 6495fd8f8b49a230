import type { FastlaneEncoder } from '../pubsub/fastlane.ts';
import type { Broadcast } from '../pubsub/broadcast.ts';
import type { Message, Ref } from './message.ts';

/** Turns messages into ready-to-write WebSocket frames and back. Encoders throw on payloads no wire can carry. */
export interface Serializer extends FastlaneEncoder {
  /** What telemetry calls it. */
  readonly name: string;
  decodeText(text: string): Message;
  decodeBinary(bytes: Buffer): Message;
  encodeReply(joinRef: Ref, ref: Ref, topic: unknown, status: string, response: unknown): Buffer;
  /** `ref` is non-null only for phx_close and phx_error, which carry the join_ref in both places. */
  encodePush(joinRef: Ref, ref: Ref, topic: string, event: string, payload: unknown): Buffer;
  encodeBroadcast(broadcast: Broadcast): Buffer;
}
