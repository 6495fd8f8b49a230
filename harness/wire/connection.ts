/**
 * One client connection: a bare TCP or TLS socket, the canned upgrade, frames
 * in and out. Plain reads land in one buffer shared by all connections of the process.
 */
import type { Socket } from 'node:net';
import { encodeCloseFrame, encodeFrame, OPCODE } from './frame.ts';
import { emptyCarry, readFrames, type Carry, type FrameSink } from './frame-reader.ts';
import { headEnd, MAX_HEAD_BYTES, refusalOf, requestOf, strangerOf } from './handshake.ts';
import { closeOutcome, OUTCOME, type Breach } from './outcome-words.ts';
import { linkSecure, tcpSocket, type Link, type LinkSocket } from './link-socket.ts';
import { secureOver } from './tls-socket.ts';
import type {
  ClientConnection,
  CloseCause,
  ConnectionOwner,
  Endpoint,
  Transport,
  Upgrade,
} from './transport.ts';
import { whenTurnEnds } from './turn-writes.ts';

type State = 'connecting' | 'upgrading' | 'open' | 'closed';

/** A message larger than this ends the connection with 1009 where nothing else is said, in bytes. */
const MAX_FRAME_BYTES = 16 * 1_048_576;

/** A peer that pings without reading gets no further pong beyond this much unread, in bytes. */
const MAX_PONG_BACKLOG = 65_536;

/** How long a peer that does not read may keep a closed connection's descriptor, in milliseconds. */
const GOODBYE_MS = 10_000;

function destroy(this: Socket): void {
  this.destroy();
}

/** Of a connection whose next frames wait for the end of this turn, and there is none yet. */
const NOTHING: Buffer[] = [];

/** Messages in the bytes that are being read. */
let messagesOfRead = 0;

export class Connection implements ClientConnection, FrameSink, Link {
  readonly #owner: ConnectionOwner;
  /** What is written to: `#tcp` itself, or TLS over it. */
  readonly #socket: Socket;
  readonly #tcp: LinkSocket;
  readonly #maxFrameBytes: number;
  /** Kept until it is answered. */
  #request: Buffer | null = null;
  #state: State = 'connecting';
  #carry: Carry | null = null;
  /** Frames held back while the link is dark; null when it is not. */
  #held: Buffer[] | null = null;
  /** Frames that go together when this turn ends; null while the next one goes at once. */
  #behind: Buffer[] | null = null;

  constructor(
    endpoint: Endpoint,
    upgrade: Upgrade | Buffer,
    owner: ConnectionOwner,
    maxFrameBytes: number = MAX_FRAME_BYTES,
  ) {
    this.#owner = owner;
    this.#maxFrameBytes = maxFrameBytes;
    const tcp = tcpSocket(this, endpoint.tls !== null);
    this.#tcp = tcp;
    this.#socket = tcp;
    try {
      this.#request = Buffer.isBuffer(upgrade) ? upgrade : requestOf(upgrade);
      if (endpoint.tls) this.#socket = linkSecure(secureOver(tcp, endpoint.tls), this);
      const { host, port, localAddress } = endpoint;
      tcp.connect(localAddress === null ? { host, port } : { host, port, localAddress });
    } catch (error) {
      // Told later: an owner is not called before it has its connection in hand.
      queueMicrotask(() => this.failed(`${OUTCOME.badRequest}: ${(error as Error).message}`));
    }
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get isDark(): boolean {
    return this.#held !== null;
  }

  get bufferedBytes(): number {
    let bytes = this.#socket.writableLength;
    for (const frame of this.#held ?? this.#behind ?? NOTHING) bytes += frame.length;
    return bytes;
  }

  send(frame: Buffer): void {
    if (this.#state !== 'open') return;
    if (this.#held) this.#held.push(frame);
    else if (this.#behind === null) {
      this.#socket.write(frame);
      this.#behind = NOTHING;
      whenTurnEnds(this);
    } else if (this.#behind === NOTHING) this.#behind = [frame];
    else this.#behind.push(frame);
  }

  /** From here to the end of the turn all that is sent goes as one. */
  #gather(): void {
    if (this.#behind !== null || this.#held !== null || this.#state !== 'open') return;
    this.#behind = NOTHING;
    whenTurnEnds(this);
  }

  /** Called when the turn is over, and before anything that must come after what it sent. */
  turnEnds(): void {
    const behind = this.#behind;
    this.#behind = null;
    if (behind === null || behind.length === 0 || this.#state !== 'open') return;
    this.#socket.write(behind.length === 1 ? behind[0]! : Buffer.concat(behind));
  }

  close(code: number, reason?: string): void {
    this.#sayGoodbye(code, reason);
    this.#finish({ code, detail: OUTCOME.closedByClient, refused: this.#state !== 'open' });
  }

  reset(detail: string): void {
    // One that is closing already has said its goodbye; asked to reset, it would keep its handle for ever,
    // and one that is connecting would wait with it for the connection.
    if (this.#state === 'closed' || this.#tcp.connecting) this.#destroy();
    else this.#tcp.resetAndDestroy();
    this.#finish({ code: 1006, detail, refused: this.#state !== 'open' });
  }

  goDark(): void {
    if (this.#held || this.#state !== 'open') return;
    this.turnEnds();
    this.#held = [];
    this.#socket.pause();
  }

  goLight(): void {
    const held = this.#held;
    if (!held) return;
    this.#held = null;
    if (this.#state !== 'open') return;
    for (const frame of held) this.#socket.write(frame);
    this.#socket.resume();
  }

  /** Called by the socket when TCP, and TLS over it, is up. */
  connected(): void {
    if (this.#state !== 'connecting' || !this.#request) return;
    this.#state = 'upgrading';
    this.#socket.write(this.#request);
  }

  /** Called by the socket with fresh bytes, which are overwritten by the next read. */
  read(buffer: Buffer, bytes: number): void {
    if (this.#state === 'open') {
      messagesOfRead = 0;
      this.#carry = readFrames(buffer, 0, bytes, this.#carry, this, this.#maxFrameBytes);
      // Whoever awaited one of several answers goes on when all of them are read.
      if (messagesOfRead > 1) this.#gather();
    } else if (this.#state === 'upgrading') {
      this.#readHead(buffer, bytes);
    }
  }

  #readHead(chunk: Buffer, bytes: number): void {
    let head = chunk;
    let to = bytes;
    if (this.#carry) {
      head = Buffer.concat([this.#carry.bytes, chunk.subarray(0, bytes)]);
      to = head.length;
    }
    const end = headEnd(head, 0, to);
    if (end < 0) {
      const stranger = to > MAX_HEAD_BYTES ? OUTCOME.endlessHead : strangerOf(head, 0, to);
      if (stranger !== null) return this.failed(stranger);
      this.#carry ??= emptyCarry();
      this.#carry.bytes = head === chunk ? Buffer.from(chunk.subarray(0, bytes)) : head;
      return;
    }
    const refusal = refusalOf(head.toString('latin1', 0, end), this.#request);
    if (refusal !== null) return this.failed(refusal);
    this.#carry = null;
    this.#request = null;
    this.#state = 'open';
    this.#gather();
    this.#owner.onOpen();
    if (end < to && (this.#state as State) === 'open') {
      this.#carry = readFrames(head, end, to, null, this, this.#maxFrameBytes);
    }
  }

  onText(buffer: Buffer, from: number, to: number): void {
    if (this.#state !== 'open') return;
    messagesOfRead += 1;
    this.#owner.onText(buffer, from, to);
  }

  onBinary(buffer: Buffer, from: number, to: number): void {
    if (this.#state === 'open') this.#owner.onBinary(buffer, from, to);
  }

  onPing(payload: Buffer): void {
    if (this.#socket.writableLength < MAX_PONG_BACKLOG) this.send(encodeFrame(OPCODE.pong, payload));
  }

  onCloseFrame(code: number, reason: string): void {
    if (this.#state !== 'open') return;
    this.#sayGoodbye(code === 1005 ? 1000 : code);
    this.#finish({ code, detail: closeOutcome(code, reason), refused: false });
  }

  onBreach([code, what]: Breach): void {
    if (this.#state !== 'open') return;
    this.#sayGoodbye(code);
    this.#finish({ code, detail: `${OUTCOME.protocolError}: ${what}`, refused: false });
  }

  /** Called by the socket when it has ended without an error. */
  vanished(): void {
    this.failed(this.#state === 'open' ? OUTCOME.vanished : OUTCOME.closedEarly);
  }

  /** Called by the socket, and by us, when it went wrong. */
  failed(detail: string): void {
    if (this.#state === 'closed') return;
    const refused = this.#state !== 'open';
    this.#destroy();
    this.#finish({ code: 1006, detail, refused });
  }

  #destroy(): void {
    this.#socket.destroy();
    this.#tcp.destroy();
  }

  /** The descriptor goes as soon as the frame is out: a peer that never answers must not hold it. */
  #sayGoodbye(code: number, reason?: string): void {
    if (this.#state === 'closed') return;
    if (this.#state !== 'open') return this.#destroy();
    this.turnEnds();
    if (!this.#held) this.#socket.write(encodeCloseFrame(code, reason));
    if (this.#socket.writableLength > 0) this.#socket.setTimeout(GOODBYE_MS, destroy);
    this.#socket.destroySoon();
  }

  #finish(cause: CloseCause): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#carry = null;
    this.#held = null;
    this.#behind = null;
    this.#request = null;
    this.#owner.onClosed(cause);
  }
}

/** Our own client over a bare socket. */
export const bareTransport: Transport = (endpoint, upgrade, owner, maxFrameBytes) =>
  new Connection(endpoint, upgrade, owner, maxFrameBytes);
