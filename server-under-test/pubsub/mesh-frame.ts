import { Broadcast } from './broadcast.ts';

// u32 size of the rest · u8 kind · u32 topic size · u32 event size · topic · event · payload
const HEADER_BYTES = 13;
const JSON_PAYLOAD = 1;
const BINARY_PAYLOAD = 2;

/** One broadcast as the other nodes read it: encoded once at its origin. */
export function encodeMeshFrame(broadcast: Broadcast): Buffer {
  const { bytes } = broadcast;
  const json = bytes === null ? broadcast.payloadJson : '';
  const topicBytes = Buffer.byteLength(broadcast.topic);
  const eventBytes = Buffer.byteLength(broadcast.event);
  const payloadBytes = bytes === null ? Buffer.byteLength(json) : bytes.byteLength;
  const frame = Buffer.allocUnsafe(HEADER_BYTES + topicBytes + eventBytes + payloadBytes);
  frame.writeUInt32BE(frame.length - 4, 0);
  frame.writeUInt8(bytes === null ? JSON_PAYLOAD : BINARY_PAYLOAD, 4);
  frame.writeUInt32BE(topicBytes, 5);
  frame.writeUInt32BE(eventBytes, 9);
  frame.write(broadcast.topic, HEADER_BYTES);
  frame.write(broadcast.event, HEADER_BYTES + topicBytes);
  const start = HEADER_BYTES + topicBytes + eventBytes;
  if (bytes === null) frame.write(json, start);
  else frame.set(bytes, start);
  return frame;
}

function decode(frame: Buffer): Broadcast {
  const topicEnd = 9 + frame.readUInt32BE(1);
  const eventEnd = topicEnd + frame.readUInt32BE(5);
  const topic = frame.toString('utf8', 9, topicEnd);
  const event = frame.toString('utf8', topicEnd, eventEnd);
  if (frame.readUInt8(0) === BINARY_PAYLOAD) {
    return Broadcast.of(topic, event, new Uint8Array(frame.subarray(eventEnd)));
  }
  return Broadcast.received(topic, event, frame.toString('utf8', eventEnd));
}

/** Cuts a byte stream into broadcasts, whatever pieces it comes in. */
export class MeshReader {
  private pieces: Buffer[] = [];
  private size = 0;
  private needed = 4;

  /** Calls `onBroadcast` for each frame completed by this piece. */
  feed(piece: Buffer, onBroadcast: (broadcast: Broadcast) => void): void {
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
      onBroadcast(decode(bytes.subarray(at + 4, end)));
      at = end;
    }
    this.pieces = at === bytes.length ? [] : [bytes.subarray(at)];
    this.size = bytes.length - at;
  }
}
