import { isUtf8 } from 'node:buffer';
import type { WebServer } from '../phoenix/profile.ts';

/** What a stream of client bytes means (RFC 6455 and phoenix-semantics 1.8, 1.10). */
export type ClientEvent =
  | { readonly kind: 'text' | 'binary' | 'ping'; readonly payload: Buffer }
  | { readonly kind: 'pong' }
  /** The connection ends with one of these codes. */
  | { readonly kind: 'fatal'; readonly codes: readonly number[] };

export interface ReaderLimits {
  readonly frameBytes: number;
  readonly fragmentedBytes: number;
}

const NONE = Buffer.alloc(0);

/** A slow and plain frame reader: the tests' own idea of what the server must make of any bytes. */
export class ReferenceReader {
  private rest: Buffer;
  private message: { opcode: number; pieces: Buffer } | null;
  private readonly limits: ReaderLimits;
  private readonly server: WebServer;

  constructor(limits: ReaderLimits, server: WebServer, from?: ReferenceReader) {
    this.limits = limits;
    this.server = server;
    this.rest = from?.rest ?? NONE;
    this.message = from?.message ?? null;
  }

  /** True inside a frame or a fragmented message. */
  get midway(): boolean {
    return this.rest.length > 0 || this.message !== null;
  }

  /** Everything these bytes complete; nothing follows a fatal event. */
  feed(bytes: Buffer): ClientEvent[] {
    this.rest = Buffer.concat([this.rest, bytes]);
    const events: ClientEvent[] = [];
    for (;;) {
      const event = this.frame();
      if (event === null) return events;
      if (event !== 'fragment') events.push(event);
      if (event !== 'fragment' && event.kind === 'fatal') return events;
    }
  }

  private frame(): ClientEvent | 'fragment' | null {
    const { rest } = this;
    if (rest.length < 2) return null;
    const [first = 0, second = 0] = rest;
    const opcode = first & 0x0f;
    const final = first >= 0x80;
    const short = second & 0x7f;
    const control = opcode >= 8;
    const allowed = control ? opcode <= 10 && final && short <= 125 : this.fits(opcode);
    if ((first & 0x70) !== 0 || second < 0x80 || !allowed) return { kind: 'fatal', codes: [1002] };
    const head = short < 126 ? 6 : short === 126 ? 8 : 14;
    if (rest.length < head) return null;
    const size = short < 126 ? short : short === 126 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
    if (size + head > this.limits.frameBytes) return { kind: 'fatal', codes: [1009] };
    if (rest.length < head + size) return null;
    const payload = Buffer.from(rest.subarray(head, head + size));
    for (let at = 0; at < size; at += 1) payload[at] = (payload[at] ?? 0) ^ (rest[head - 4 + (at & 3)] ?? 0);
    this.rest = rest.subarray(head + size);
    return control ? controlEvent(this.server, opcode, payload) : this.data(opcode, final, payload);
  }

  private fits(opcode: number): boolean {
    return this.message === null ? opcode === 1 || opcode === 2 : opcode === 0;
  }

  private data(opcode: number, final: boolean, payload: Buffer): ClientEvent | 'fragment' {
    const message = this.message ?? { opcode, pieces: NONE };
    const fragmented = this.message !== null || !final;
    const pieces = Buffer.concat([message.pieces, payload]);
    if (fragmented && pieces.length > this.limits.fragmentedBytes) return { kind: 'fatal', codes: [1009] };
    this.message = final ? null : { opcode: message.opcode, pieces };
    if (!final) return 'fragment';
    if (message.opcode === 2) return { kind: 'binary', payload: pieces };
    return isUtf8(pieces) ? { kind: 'text', payload: pieces } : { kind: 'fatal', codes: [1007] };
  }
}

function controlEvent(server: WebServer, opcode: number, payload: Buffer): ClientEvent {
  if (opcode === 9) return { kind: 'ping', payload };
  if (opcode === 10) return { kind: 'pong' };
  return { kind: 'fatal', codes: closeCodes(server, payload) };
}

/** How a close frame is answered: Bandit has its own mind, Cowboy echoes (phoenix-semantics 1.10). 1005 is no code. */
function closeCodes(server: WebServer, payload: Buffer): number[] {
  if (payload.length === 0) return [server === 'cowboy' ? 1005 : 1000];
  if (payload.length === 1) return [1002];
  const code = payload.readUInt16BE(0);
  if (code < 1000 || (code >= 1004 && code <= 1006)) return [1002];
  // The reference does not name the code for a reason that is no UTF-8.
  if (!isUtf8(payload.subarray(2))) return [1002, 1007];
  if (server === 'cowboy') return [code];
  return code <= 1003 || (code >= 1007 && code <= 1011) || code >= 3000 ? [1000] : [1002];
}
