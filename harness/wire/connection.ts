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
import type { RoughLink } from './rough-link.ts';
import { SocketEnd } from './socket-end.ts';
import { secureOver } from './tls-socket.ts';
import type {
  ClientConnection,
  CloseCause,
  ConnectionOwner,
  Endpoint,
  Severing,
  Transport,
  Upgrade,
} from './transport.ts';

/** A message larger than this ends the connection with 1009 where nothing else is said, in bytes. */
const MAX_FRAME_BYTES = 16 * 1_048_576;

/** A peer that pings without reading gets no further pong beyond this much unread, in bytes. */
const MAX_PONG_BACKLOG = 65_536;

/** Messages in the bytes that are being read. */
let messagesOfRead = 0;

export class Connection extends SocketEnd implements ClientConnection, FrameSink, Link {
  readonly #owner: ConnectionOwner;
  protected readonly socket: Socket;
  protected readonly tcp: LinkSocket;
  readonly #maxFrameBytes: number;
  /** Kept until it is answered. */
  #request: Buffer | null = null;
  #carry: Carry | null = null;

  constructor(
    endpoint: Endpoint,
    upgrade: Upgrade | Buffer,
    owner: ConnectionOwner,
    maxFrameBytes: number = MAX_FRAME_BYTES,
    rough: RoughLink | null = null,
  ) {
    super(rough);
    this.#owner = owner;
    this.#maxFrameBytes = maxFrameBytes;
    const tcp = tcpSocket(this, endpoint.tls !== null);
    this.tcp = tcp;
    this.socket = tcp;
    try {
      this.#request = Buffer.isBuffer(upgrade) ? upgrade : requestOf(upgrade);
      if (endpoint.tls) this.socket = linkSecure(secureOver(tcp, endpoint.tls), this);
    } catch (error) {
      this.#refuse(error);
      return;
    }
    rough?.attach(this);
    if (rough === null) this.#connect(endpoint);
    else rough.out.take(() => this.#connect(endpoint));
  }

  #connect({ host, port, localAddress }: Endpoint): void {
    try {
      this.tcp.connect(localAddress === null ? { host, port } : { host, port, localAddress });
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Told later: an owner is not called before it has its connection in hand. */
  #refuse(error: unknown): void {
    queueMicrotask(() => this.#fail(`${OUTCOME.badRequest}: ${(error as Error).message}`));
  }

  close(code: number, reason?: string): void {
    this.sayGoodbye(encodeCloseFrame(code, reason));
    this.#finish({ code, detail: OUTCOME.closedByClient, refused: this.#neverOpened });
  }

  sever(how: Severing): void {
    if (this.state !== 'open') return;
    if (how === 'reset') {
      this.tcp.resetAndDestroy();
      this.endRough();
    } else {
      this.sayGoodbye(how.code === 0 ? null : encodeCloseFrame(how.code));
    }
    this.shut('severed');
  }

  tellSevered(detail: string, atUs: number): void {
    if (this.state === 'severed') this.#finish({ code: 1006, detail, refused: false, atUs });
  }

  reset(detail: string): void {
    if (this.state !== 'severed') this.#cut();
    this.#finish({ code: 1006, detail, refused: this.#neverOpened });
  }

  #cut(): void {
    // One that is closing already has said its goodbye; asked to reset, it would keep its handle for ever,
    // and one that is connecting would wait with it for the connection.
    if (this.state === 'closed' || this.tcp.pending) this.destroy();
    else this.tcp.resetAndDestroy();
    this.endRough();
  }

  get #neverOpened(): boolean {
    return this.state === 'connecting' || this.state === 'upgrading';
  }

  /** Called by the socket when TCP, and TLS over it, is up. */
  connected(): void {
    if (this.rough !== null) this.rough.in.take(() => this.#ask());
    else this.#ask();
  }

  #ask(): void {
    if (this.state !== 'connecting' || !this.#request) return;
    this.state = 'upgrading';
    this.put(this.#request);
  }

  /** Called by the socket with fresh bytes, which are overwritten by the next read. */
  read(buffer: Buffer, bytes: number): void {
    if (this.rough !== null) this.rough.arrived(buffer, bytes);
    else this.arrive(buffer, bytes);
  }

  arrive(buffer: Buffer, bytes: number): void {
    if (this.state === 'open') {
      messagesOfRead = 0;
      this.#carry = readFrames(buffer, 0, bytes, this.#carry, this, this.#maxFrameBytes);
      // Whoever awaited one of several answers goes on when all of them are read.
      if (messagesOfRead > 1) this.gather();
    } else if (this.state === 'upgrading') {
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
      if (stranger !== null) return this.#fail(stranger);
      this.#carry ??= emptyCarry();
      this.#carry.bytes = head === chunk ? Buffer.from(chunk.subarray(0, bytes)) : head;
      return;
    }
    const refusal = refusalOf(head.toString('latin1', 0, end), this.#request);
    if (refusal !== null) return this.#fail(refusal);
    this.#carry = null;
    this.#request = null;
    this.state = 'open';
    this.gather();
    this.#owner.onOpen();
    if (end < to && this.isOpen) {
      this.#carry = readFrames(head, end, to, null, this, this.#maxFrameBytes);
    }
  }

  onText(buffer: Buffer, from: number, to: number): void {
    if (this.state !== 'open') return;
    messagesOfRead += 1;
    this.#owner.onText(buffer, from, to);
  }

  onBinary(buffer: Buffer, from: number, to: number): void {
    if (this.state === 'open') this.#owner.onBinary(buffer, from, to);
  }

  onPing(payload: Buffer): void {
    if (this.bufferedBytes < MAX_PONG_BACKLOG) this.send(encodeFrame(OPCODE.pong, payload));
  }

  onCloseFrame(code: number, reason: string): void {
    if (this.state !== 'open') return;
    this.sayGoodbye(encodeCloseFrame(code === 1005 ? 1000 : code));
    this.#finish({ code, detail: closeOutcome(code, reason), refused: false });
  }

  onBreach([code, what]: Breach): void {
    if (this.state !== 'open') return;
    this.sayGoodbye(encodeCloseFrame(code));
    this.#finish({ code, detail: `${OUTCOME.protocolError}: ${what}`, refused: false });
  }

  /** Called by the socket when it has ended without an error. */
  vanished(): void {
    if (this.isOver) this.endRough();
    else if (this.rough !== null) this.rough.in.take(() => this.#vanish());
    else this.#vanish();
  }

  #vanish(): void {
    this.#fail(this.state === 'open' ? OUTCOME.vanished : OUTCOME.closedEarly);
  }

  /** Called by the socket when it went wrong: on a rough link the news comes behind what is under way. */
  failed(detail: string): void {
    if (this.rough !== null) this.rough.in.take(() => this.#fail(detail));
    else this.#fail(detail);
  }

  #fail(detail: string): void {
    if (this.isOver) return;
    const refused = this.#neverOpened;
    this.destroy();
    this.#finish({ code: 1006, detail, refused });
  }

  #finish(cause: CloseCause): void {
    if (this.state === 'closed') return;
    this.shut('closed');
    this.#carry = null;
    this.#request = null;
    this.#owner.onClosed(cause);
  }
}

/** Our own client over a bare socket. */
export const bareTransport: Transport = (endpoint, upgrade, owner, maxFrameBytes, rough) =>
  new Connection(endpoint, upgrade, owner, maxFrameBytes, rough);
