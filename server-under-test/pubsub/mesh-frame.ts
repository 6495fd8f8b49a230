import { Broadcast } from './broadcast.ts';
import { PlainBroadcast, RawMessage, type Fanned } from './fanned.ts';

// u32 size of the rest · u8 kind · u8 shard · u32 topic size · u32 event size · topic · event · payload
const HEADER_BYTES = 14;
/** Kinds of what is sent to a topic; with a binary payload one more. */
const FASTLANE = 1;
const PLAIN = 3;
const RAW = 5;
// u32 size of the rest · u8 kind · JSON
const CONTROL_KIND = 7;
const CONTROL_HEADER_BYTES = 5;

/** What nodes tell each other beside broadcasts. */
export type Control =
  | { readonly op: 'hello'; readonly node: number; readonly incarnation: string }
  | { readonly op: 'tick' }
  | { readonly op: 'send'; readonly name: string; readonly payload: unknown }
  | { readonly op: 'send-pid'; readonly id: number; readonly payload: unknown }
  | { readonly op: 'monitor'; readonly ref: number; readonly id: number }
  | { readonly op: 'demonitor'; readonly ref: number }
  | { readonly op: 'down'; readonly ref: number; readonly reason: string };

/** Gets the frames of a connection one by one, in their order. */
export interface FrameSink {
  fanned(shard: number, message: Fanned): void;
  control(control: Control): void;
}

interface Parts {
  readonly kind: number;
  readonly topic: string;
  readonly event: string;
  readonly payload: string | Uint8Array;
}

// The other nodes get a payload no encoder takes, and stumble over it themselves (phoenix-semantics 4.4).
function jsonOrNothing(broadcast: Broadcast): string {
  try {
    return broadcast.payloadJson;
  } catch {
    return '';
  }
}

function broadcastParts(kind: number, broadcast: Broadcast): Parts {
  const { topic, event, bytes } = broadcast;
  return { kind, topic, event, payload: bytes ?? jsonOrNothing(broadcast) };
}

function partsOf(message: Fanned): Parts {
  if (message instanceof Broadcast) return broadcastParts(FASTLANE, message);
  if (message instanceof PlainBroadcast) return broadcastParts(PLAIN, message.broadcast);
  const { topic, payload } = message;
  const bytes = payload instanceof Uint8Array ? payload : null;
  return { kind: RAW, topic, event: '', payload: bytes ?? JSON.stringify(payload) ?? 'null' };
}

/** One message to a topic as the other nodes read it: encoded once at its origin. Throws on a raw term JSON cannot carry. */
export function encodeFanned(message: Fanned, shard: number): Buffer {
  const { kind, topic, event, payload } = partsOf(message);
  const isText = typeof payload === 'string';
  const topicBytes = Buffer.byteLength(topic);
  const eventBytes = Buffer.byteLength(event);
  const payloadBytes = isText ? Buffer.byteLength(payload) : payload.byteLength;
  const frame = Buffer.allocUnsafe(HEADER_BYTES + topicBytes + eventBytes + payloadBytes);
  frame.writeUInt32BE(frame.length - 4, 0);
  frame[4] = isText ? kind : kind + 1;
  frame[5] = shard;
  frame.writeUInt32BE(topicBytes, 6);
  frame.writeUInt32BE(eventBytes, 10);
  frame.write(topic, HEADER_BYTES);
  frame.write(event, HEADER_BYTES + topicBytes);
  const start = HEADER_BYTES + topicBytes + eventBytes;
  if (isText) frame.write(payload, start);
  else frame.set(payload, start);
  return frame;
}

export function encodeControl(control: Control): Buffer {
  const json = JSON.stringify(control);
  const jsonBytes = Buffer.byteLength(json);
  const frame = Buffer.allocUnsafe(CONTROL_HEADER_BYTES + jsonBytes);
  frame.writeUInt32BE(frame.length - 4, 0);
  frame[4] = CONTROL_KIND;
  frame.write(json, CONTROL_HEADER_BYTES);
  return frame;
}

/** `frame` starts behind its size. */
function decodeFanned(frame: Buffer): Fanned {
  const topicEnd = 10 + frame.readUInt32BE(2);
  const eventEnd = topicEnd + frame.readUInt32BE(6);
  const topic = frame.toString('utf8', 10, topicEnd);
  const event = frame.toString('utf8', topicEnd, eventEnd);
  const text = (): string => frame.toString('utf8', eventEnd);
  // A copy: the piece it came in is much larger and would live as long as these bytes.
  const bytes = (): Uint8Array => new Uint8Array(frame.subarray(eventEnd));
  switch (frame[0]) {
    case FASTLANE:
      return Broadcast.received(topic, event, text());
    case FASTLANE + 1:
      return Broadcast.of(topic, event, bytes());
    case PLAIN:
      return new PlainBroadcast(Broadcast.received(topic, event, text()));
    case PLAIN + 1:
      return new PlainBroadcast(Broadcast.of(topic, event, bytes()));
    case RAW:
      return RawMessage.received(topic, text());
    case RAW + 1:
      return RawMessage.of(topic, bytes());
    default:
      throw new RangeError(`no frame of a node has kind ${frame[0]}`);
  }
}

function deliver(frame: Buffer, sink: FrameSink): void {
  if (frame[0] === CONTROL_KIND) sink.control(JSON.parse(frame.toString('utf8', 1)) as Control);
  else sink.fanned(frame[1] ?? 0, decodeFanned(frame));
}

/** Cuts a byte stream into frames, whatever pieces it comes in. */
export class MeshReader {
  private pieces: Buffer[] = [];
  private size = 0;
  private needed = 4;

  /** Hands each frame completed by this piece to `sink`. Throws on what no node would send. */
  feed(piece: Buffer, sink: FrameSink): void {
    this.pieces.push(piece);
    this.size += piece.length;
    if (this.size < this.needed) return;
    const bytes = this.pieces.length === 1 ? piece : Buffer.concat(this.pieces, this.size);
    let at = 0;
    this.needed = 4;
    while (bytes.length - at >= 4) {
      const end = at + 4 + bytes.readUInt32BE(at);
      if (end > bytes.length) {
        this.needed = end - at;
        break;
      }
      deliver(bytes.subarray(at + 4, end), sink);
      at = end;
    }
    this.pieces = at === bytes.length ? [] : [bytes.subarray(at)];
    this.size = bytes.length - at;
  }
}
