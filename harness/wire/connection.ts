/**
 * One client connection: a bare TCP socket, the canned upgrade, frames in and
 * out. Reads land in one buffer shared by all connections of the process.
 */
import { Socket, type SocketConstructorOpts } from 'node:net';
import {
  emptyCarry,
  encodeCloseFrame,
  encodeFrame,
  OPCODE,
  readFrames,
  type Carry,
  type FrameSink,
} from './frame.ts';
import { headEnd, MAX_HEAD_BYTES, refusalOf } from './handshake.ts';

/** Why a connection ended. */
export type CloseCause = {
  /** WebSocket close code; 1006 when the connection went away without one. */
  code: number;
  /** In words: `HTTP 403`, `ECONNRESET`, `reset by a fault`. */
  detail: string;
  /** True when it never opened. */
  refused: boolean;
};

/** What a connection tells its owner. */
export type ConnectionOwner = {
  onOpen(): void;
  onText(buffer: Buffer, from: number, to: number): void;
  onClosed(cause: CloseCause): void;
};

/** Where to connect, and with what. */
export type Endpoint = {
  host: string;
  port: number;
  /** A source address to bind, or null to let the kernel choose. */
  localAddress: string | null;
};

type State = 'connecting' | 'upgrading' | 'open' | 'closed';

/** A frame larger than this ends the connection with 1009, in bytes. */
const MAX_FRAME_BYTES = 16 * 1_048_576;

// One read buffer for the process: every callback consumes its bytes before it returns.
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);

class LinkSocket extends Socket {
  link: Connection | null = null;
}

const ONREAD = {
  buffer: READ_BUFFER,
  callback(this: unknown, bytes: number): boolean {
    // Node calls it as a method of the socket, so one function serves them all.
    (this as LinkSocket).link?.read(bytes);
    return true;
  },
};

const SOCKET_OPTIONS: SocketConstructorOpts & { noDelay: boolean } = { onread: ONREAD, noDelay: true };

function onConnect(this: LinkSocket): void {
  this.link?.connected();
}

function onError(this: LinkSocket, error: Error): void {
  this.link?.failed((error as NodeJS.ErrnoException).code ?? error.message);
}

function onClose(this: LinkSocket): void {
  this.link?.failed('closed without a close frame');
}

export class Connection implements FrameSink {
  readonly #owner: ConnectionOwner;
  readonly #socket: LinkSocket;
  #request: Buffer | null;
  #state: State = 'connecting';
  #carry: Carry | null = null;
  /** Frames held back while the link is dark; null when it is not. */
  #held: Buffer[] | null = null;

  constructor(endpoint: Endpoint, request: Buffer, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#request = request;
    const socket = new LinkSocket(SOCKET_OPTIONS);
    socket.link = this;
    this.#socket = socket;
    socket.on('connect', onConnect);
    socket.on('error', onError);
    socket.on('close', onClose);
    socket.connect({
      host: endpoint.host,
      port: endpoint.port,
      ...(endpoint.localAddress === null ? {} : { localAddress: endpoint.localAddress }),
    });
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get isDark(): boolean {
    return this.#held !== null;
  }

  /** Writes a whole frame; held back while the link is dark, ignored once closed. */
  send(frame: Buffer): void {
    if (this.#state !== 'open') return;
    if (this.#held) this.#held.push(frame);
    else this.#socket.write(frame);
  }

  /** Ends with a close frame and FIN, as a client that goes away in good order. */
  close(code: number): void {
    this.#sayGoodbye(code);
    this.#finish({ code, detail: 'closed by the client', refused: false });
  }

  /** Cuts with RST; nothing is said to the peer. */
  reset(detail: string): void {
    // One that is closing already has said its goodbye; asked to reset, it would keep its handle for ever.
    if (this.#state === 'closed') this.#socket.destroy();
    else this.#socket.resetAndDestroy();
    this.#finish({ code: 1006, detail, refused: this.#state !== 'open' });
  }

  /** Half-open from now on: nothing is read, what is sent waits, and neither end is told. */
  goDark(): void {
    if (this.#held || this.#state !== 'open') return;
    this.#held = [];
    this.#socket.pause();
  }

  /** The link is back: what waited on both sides arrives late. */
  goLight(): void {
    const held = this.#held;
    if (!held) return;
    this.#held = null;
    if (this.#state !== 'open') return;
    for (const frame of held) this.#socket.write(frame);
    this.#socket.resume();
  }

  /** Called by the socket when TCP is up. */
  connected(): void {
    if (this.#state !== 'connecting' || !this.#request) return;
    this.#state = 'upgrading';
    this.#socket.write(this.#request);
    this.#request = null;
  }

  /** Called by the socket with fresh bytes in the shared buffer. */
  read(bytes: number): void {
    if (this.#state === 'open') {
      this.#carry = readFrames(READ_BUFFER, 0, bytes, this.#carry, this, MAX_FRAME_BYTES);
    } else if (this.#state === 'upgrading') {
      this.#readHead(bytes);
    }
  }

  #readHead(bytes: number): void {
    let buffer: Buffer = READ_BUFFER;
    let to = bytes;
    if (this.#carry) {
      buffer = Buffer.concat([...this.#carry.chunks, READ_BUFFER.subarray(0, bytes)]);
      to = buffer.length;
    }
    const end = headEnd(buffer, 0, to);
    if (end < 0) {
      if (to > MAX_HEAD_BYTES) return this.failed('an endless response head');
      this.#carry = { ...emptyCarry(), chunks: [Buffer.from(buffer.subarray(0, to))] };
      return;
    }
    const refusal = refusalOf(buffer.toString('latin1', 0, end));
    if (refusal !== null) return this.failed(refusal);
    this.#carry = null;
    this.#state = 'open';
    this.#owner.onOpen();
    if (end < to && (this.#state as State) === 'open') {
      this.#carry = readFrames(buffer, end, to, null, this, MAX_FRAME_BYTES);
    }
  }

  onText(buffer: Buffer, from: number, to: number): void {
    if (this.#state === 'open') this.#owner.onText(buffer, from, to);
  }

  onBinary(): void {
    // Binary pushes are none of a scenario's business yet; they are read past, not refused.
  }

  onPing(payload: Buffer): void {
    this.send(encodeFrame(OPCODE.pong, payload));
  }

  onCloseFrame(code: number): void {
    if (this.#state !== 'open') return;
    this.#sayGoodbye(code === 1005 ? 1000 : code);
    this.#finish({ code, detail: `closed by the server with ${code}`, refused: false });
  }

  onProtocolError(closeCode: number, what: string): void {
    if (this.#state !== 'open') return;
    this.#sayGoodbye(closeCode);
    this.#finish({ code: closeCode, detail: `protocol error: ${what}`, refused: false });
  }

  /** Called by the socket, and by us, when it went wrong. */
  failed(detail: string): void {
    if (this.#state === 'closed') return;
    const refused = this.#state !== 'open';
    this.#socket.destroy();
    this.#finish({ code: 1006, detail, refused });
  }

  /** The descriptor goes as soon as the frame is out: a peer that never answers must not hold it. */
  #sayGoodbye(code: number): void {
    if (this.#state === 'open' && !this.#held) this.#socket.write(encodeCloseFrame(code));
    this.#socket.destroySoon();
  }

  #finish(cause: CloseCause): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#carry = null;
    this.#held = null;
    this.#owner.onClosed(cause);
  }
}
