/**
 * The server's half of WebSocket, as bare as it can be: it shares no code with
 * the driver it tests, nor with the bundled server.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** `[join_ref, ref, topic, event, payload]`, as phoenix-semantics 2.1 has it. */
export type Message = [string | null, string | null, string, string, unknown];

export type PeerEvents = {
  onMessage(peer: Peer, message: Message): void;
  onGone(peer: Peer): void;
};

/** One client's connection, seen from the server. */
export class Peer {
  readonly index: number;
  readonly socket: Socket;
  readonly #events: PeerEvents;
  #rest: Buffer = Buffer.alloc(0);
  #isSilent = false;

  constructor(index: number, socket: Socket, events: PeerEvents) {
    this.index = index;
    this.socket = socket.setNoDelay(true);
    this.#events = events;
  }

  listen(): void {
    this.socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.socket.on('error', () => {});
    this.socket.on('close', () => this.#events.onGone(this));
  }

  /** A whole text frame, encoded once for whoever gets it. */
  static frame(message: Message): Buffer {
    return Peer.textFrame(JSON.stringify(message));
  }

  static textFrame(text: string): Buffer {
    return encode(1, Buffer.from(text));
  }

  write(frame: Buffer): void {
    if (this.socket.writable && !this.#isSilent) this.socket.write(frame);
  }

  /** Whatever it is, as a message. */
  tell(message: unknown): void {
    this.write(encode(1, Buffer.from(JSON.stringify(message))));
  }

  /** Reads on, and never says a word again. */
  silence(): void {
    this.#isSilent = true;
  }

  /** A close frame, and the end of the connection behind it. */
  close(code: number): void {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    if (this.socket.writable) this.socket.end(encode(8, payload));
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= 6) {
      const opcode = (bytes[at] ?? 0) & 0x0f;
      const short = (bytes[at + 1] ?? 0) & 0x7f;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (bytes.length - at < head + 4) break;
      const length =
        short === 126
          ? bytes.readUInt16BE(at + 2)
          : short === 127
            ? Number(bytes.readBigUInt64BE(at + 2))
            : short;
      const from = at + head + 4;
      if (bytes.length < from + length) break;
      const payload = Buffer.from(bytes.subarray(from, from + length));
      for (let i = 0; i < length; i++) payload[i] = (payload[i] ?? 0) ^ (bytes[from - 4 + (i & 3)] ?? 0);
      at = from + length;
      if (opcode === 1) this.#events.onMessage(this, JSON.parse(payload.toString()) as Message);
      else if (opcode === 8 && this.socket.writable) this.socket.end(encode(8, payload));
      else if (opcode === 9) this.write(encode(10, payload));
    }
    this.#rest = bytes.subarray(at);
  }
}

/** Serves upgrades at any path on a free port; resolves with the URL a client is given. */
export async function servePeers(events: PeerEvents): Promise<string> {
  let count = 0;
  const server = createServer((_, response) => response.writeHead(404).end());
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    acceptUpgrade(request, socket);
    new Peer(count++, socket as Socket, events).listen();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/socket`;
}

/** Says yes to an upgrade. */
export function acceptUpgrade(request: IncomingMessage, socket: Duplex): void {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1')
    .update(key + GUID)
    .digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
}

/** One whole frame as a server sends it. */
export function encode(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = length;
  else if (length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}
