/** A server that has read the request's head and now does what the test says, TCP or TLS. */
import { createHash } from 'node:crypto';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certified } from './certificate.ts';

/** What a request asked for. */
export type Asked = { head: string; /** The answer that any client takes. */ answer: string };

export class ByteServer {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Every connection is answered once its request's head has come. */
  static async answering(
    answer: (socket: Socket, asked: Asked) => void,
    certified: Certified | null = null,
  ): Promise<ByteServer> {
    const accepted = (socket: Socket): void => readHead(socket, answer);
    return ByteServer.accepting(accepted, certified);
  }

  /** Every connection is handed over at once, with TLS after its handshake. */
  static async accepting(
    accept: (socket: Socket) => void,
    certified: Certified | null = null,
  ): Promise<ByteServer> {
    const server = certified === null ? createTcpServer() : createTlsServer(certified);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const own = new ByteServer(server);
    server.on('connection', (socket: Socket) => own.#admit(socket));
    server.on(certified === null ? 'connection' : 'secureConnection', (socket: Socket) => {
      socket.on('error', () => {});
      accept(socket);
    });
    server.on('tlsClientError', () => {});
    return own;
  }

  #admit(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }

  /** Connections that are there, with TLS or without, upgraded or not. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Resolves when every connection there has been is gone again; there must have been one. */
  async untilDeserted(): Promise<void> {
    for (const socket of this.#sockets) {
      // A peer that is gone is only noticed by one who reads.
      socket.resume();
      await new Promise<void>((resolve) =>
        socket.destroyed ? resolve() : socket.once('close', () => resolve()),
      );
    }
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

function readHead(socket: Socket, answer: (socket: Socket, asked: Asked) => void): void {
  let head = '';
  const read = (chunk: Buffer): void => {
    head += chunk.toString('latin1');
    if (!head.includes('\r\n\r\n')) return;
    socket.off('data', read);
    answer(socket, { head, answer: switching(head) });
  };
  socket.on('data', read);
}

/** The 101 for a request, with the proof computed from its key. */
function switching(request: string): string {
  const key = /^Sec-WebSocket-Key: *(\S+)/im.exec(request)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return (
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${accept}\r\n\r\n`
  );
}
