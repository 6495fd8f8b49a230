/**
 * Reads a server's frames (RFC 6455, the client's half): every legal one in any
 * split of the bytes, every illegal one refused with the code the RFC names.
 * Nothing is kept between two frames, so an idle connection holds no memory here.
 */
import { OPCODE } from './frame.ts';
import { BREACH, type Breach } from './outcome-words.ts';
import { isText } from './read-buffer.ts';

/** Receives what `readFrames` finds; text and binary are only good until the call returns. */
export type FrameSink = {
  onText(buffer: Buffer, from: number, to: number): void;
  onBinary(buffer: Buffer, from: number, to: number): void;
  onPing(payload: Buffer): void;
  onCloseFrame(code: number, reason: string): void;
  /** The peer broke the protocol; `breach` holds the close code for it, and its words. */
  onBreach(breach: Breach): void;
};

/** What a connection keeps between two reads: an unfinished frame, an unfinished message. */
export type Carry = {
  /** Of the unfinished frame; grows with what has come, not with what a head announces. */
  bytes: Buffer;
  length: number;
  /** Bytes without which the unfinished frame cannot be read further. */
  needed: number;
  /** Of the fragmented message, all its payloads so far in one piece. */
  message: Buffer;
  messageLength: number;
  /** Opcode of the fragmented message, 0 when there is none. */
  opcode: number;
  fragments: number;
};

/** More fragments than any server needs; each costs time, and an empty one costs its sender next to nothing. */
const MAX_FRAGMENTS = 16_384;

const NOTHING = Buffer.alloc(0);
/** Returned after a close frame or a breach: no frame follows. */
const ENDED: Carry = emptyCarry();

/** Nothing kept. */
export function emptyCarry(): Carry {
  return {
    bytes: NOTHING,
    length: 0,
    needed: 0,
    message: NOTHING,
    messageLength: 0,
    opcode: 0,
    fragments: 0,
  };
}

/**
 * Reads every whole frame of a chunk into the sink. Returns what must be handed in again with the next chunk,
 * or null when it ended between two messages. After a close frame or a breach the connection must not be read again.
 */
export function readFrames(
  chunk: Buffer,
  from: number,
  to: number,
  carry: Carry | null,
  sink: FrameSink,
  maxBytes: number,
): Carry | null {
  let at = from;
  let state = carry;
  // Only what the unfinished frame lacks is copied to it; the rest of the chunk is read where it lies.
  while (state !== null && state.length > 0) {
    const taken = Math.min(state.needed - state.length, to - at);
    state.bytes = append(state.bytes, state.length, chunk, at, at + taken, state.needed);
    state.length += taken;
    at += taken;
    if (state.length < state.needed) return state;
    state = readWhole(state.bytes, 0, state.length, state, sink, maxBytes);
    if (state === ENDED) return null;
  }
  if (at === to) return state;
  const left = readWhole(chunk, at, to, state, sink, maxBytes);
  return left === ENDED ? null : left;
}

function readWhole(
  buffer: Buffer,
  from: number,
  end: number,
  carry: Carry | null,
  sink: FrameSink,
  maxBytes: number,
): Carry | null {
  let state = carry;
  let at = from;
  while (end - at >= 2) {
    const first = buffer[at] ?? 0;
    const second = buffer[at + 1] ?? 0;
    const opcode = first & 0x0f;
    let length = second & 0x7f;
    let head = 2;
    if (second > 127 || (first & 0x70) !== 0) {
      return refuse(sink, second > 127 ? BREACH.masked : BREACH.reservedBits);
    }
    if (opcode >= OPCODE.close) {
      if (opcode > OPCODE.pong) return refuse(sink, BREACH.opcode);
      if (length > 125 || first < 128) return refuse(sink, BREACH.control);
      if (opcode === OPCODE.close && length === 1) return refuse(sink, BREACH.closeLength);
    } else {
      const isSplit = state !== null && state.opcode !== 0;
      if (opcode > OPCODE.binary) return refuse(sink, BREACH.opcode);
      if (isSplit !== (opcode === OPCODE.continuation))
        return refuse(sink, isSplit ? BREACH.nested : BREACH.stray);
      if (length === 126) {
        if (end - at < 4) return keep(state, buffer, at, end, 4);
        length = ((buffer[at + 2] ?? 0) << 8) | (buffer[at + 3] ?? 0);
        head = 4;
        if (length < 126) return refuse(sink, BREACH.longLength);
      } else if (length === 127) {
        if (end - at < 10) return keep(state, buffer, at, end, 10);
        // Past 2^53 it is not exact any more, and too large for any limit.
        length = buffer.readUInt32BE(at + 2) * 4_294_967_296 + buffer.readUInt32BE(at + 6);
        head = 10;
        if (length < 65_536) return refuse(sink, BREACH.longLength);
      }
      if (length + (state === null ? 0 : state.messageLength) > maxBytes) return refuse(sink, BREACH.size);
    }
    if (end - at < head + length) return keep(state, buffer, at, end, head + length);
    const payload = at + head;
    at = payload + length;

    if (opcode >= OPCODE.close) {
      if (opcode === OPCODE.close) return readClose(buffer, payload, at, sink);
      if (opcode === OPCODE.ping) sink.onPing(Buffer.from(buffer.subarray(payload, at)));
    } else if (opcode !== OPCODE.continuation && first >= 128) {
      if (opcode === OPCODE.binary) sink.onBinary(buffer, payload, at);
      else if (isText(buffer, payload, at)) sink.onText(buffer, payload, at);
      else return refuse(sink, BREACH.utf8);
    } else {
      state ??= emptyCarry();
      if (opcode !== OPCODE.continuation) state.opcode = opcode;
      const breach = addFragment(state, buffer, payload, at, maxBytes);
      if (breach !== null) return refuse(sink, breach);
      if (first >= 128 && !endMessage(state, sink)) return refuse(sink, BREACH.utf8);
    }
  }
  if (at < end) return keep(state, buffer, at, end, 2);
  if (state === null || state.opcode === 0) return null;
  state.bytes = NOTHING;
  state.length = 0;
  return state;
}

function addFragment(
  state: Carry,
  buffer: Buffer,
  from: number,
  to: number,
  maxBytes: number,
): Breach | null {
  state.fragments += 1;
  if (state.fragments > MAX_FRAGMENTS) return BREACH.fragments;
  state.message = append(state.message, state.messageLength, buffer, from, to, maxBytes);
  state.messageLength += to - from;
  return null;
}

/** Hands the fragmented message over; false when it is text and not UTF-8. */
function endMessage(state: Carry, sink: FrameSink): boolean {
  const { message, messageLength, opcode } = state;
  state.message = NOTHING;
  state.messageLength = 0;
  state.opcode = 0;
  state.fragments = 0;
  if (opcode === OPCODE.binary) sink.onBinary(message, 0, messageLength);
  else if (isText(message, 0, messageLength)) sink.onText(message, 0, messageLength);
  else return false;
  return true;
}

function readClose(buffer: Buffer, from: number, to: number, sink: FrameSink): Carry {
  const code = from === to ? 1005 : buffer.readUInt16BE(from);
  if (from < to && !isWireCode(code)) return refuse(sink, BREACH.closeCode);
  const reason = Math.min(from + 2, to);
  if (!isText(buffer, reason, to)) return refuse(sink, BREACH.utf8);
  sink.onCloseFrame(code, buffer.toString('utf8', reason, to));
  return ENDED;
}

/** The codes RFC 6455 and IANA's registry let a peer send. */
function isWireCode(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}

/** Copies bytes behind those there are; doubles, so that a slow drip costs each byte once or twice. */
function append(
  target: Buffer,
  length: number,
  source: Buffer,
  from: number,
  to: number,
  cap: number,
): Buffer {
  const wanted = length + to - from;
  let grown = target;
  if (wanted > target.length) {
    grown = Buffer.allocUnsafeSlow(Math.max(wanted, Math.min(cap, 2 * target.length), 64));
    target.copy(grown, 0, 0, length);
  }
  source.copy(grown, length, from, to);
  return grown;
}

/** Keeps an unfinished frame; one that lies in its own buffer already only learns what it needs. */
function keep(carry: Carry | null, buffer: Buffer, from: number, to: number, needed: number): Carry {
  const kept = carry ?? emptyCarry();
  kept.needed = needed;
  if (buffer === kept.bytes) return kept;
  kept.bytes = append(NOTHING, 0, buffer, from, to, needed);
  kept.length = to - from;
  return kept;
}

function refuse(sink: FrameSink, breach: Breach): Carry {
  sink.onBreach(breach);
  return ENDED;
}
