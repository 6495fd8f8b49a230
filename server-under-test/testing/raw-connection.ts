import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ServerFrames, type Arrival } from './server-frames.ts';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** A WebSocket client that sends any bytes it likes and hides nothing of what comes back. */
export class RawConnection {
  readonly socket: Socket;
  private readonly frames = new ServerFrames();
  private readonly arrived: Arrival[] = [];
  private waiting: ((arrival: Arrival) => void) | null = null;

  private constructor(socket: Socket, rest: Buffer) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('close', () => this.arrive({ kind: 'gone' }));
    if (rest.length > 0) this.read(rest);
  }

  /** Connected and upgraded; rejects with the status line of a refusal. */
  static async open(port: number, path = '/socket/websocket?vsn=2.0.0'): Promise<RawConnection> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.on('error', () => {});
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
    );
    let head = Buffer.alloc(0);
    for (;;) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) continue;
      const status = head.toString('latin1', 0, head.indexOf('\r\n'));
      if (!status.includes(' 101 ')) throw new Error(status);
      return new RawConnection(socket, head.subarray(end + 4));
    }
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  next(): Promise<Arrival> {
    const first = this.arrived.shift();
    if (first !== undefined) return Promise.resolve(first);
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }

  private arrive(arrival: Arrival): void {
    const { waiting } = this;
    this.waiting = null;
    if (waiting === null) this.arrived.push(arrival);
    else waiting(arrival);
  }

  private read(chunk: Buffer): void {
    for (const arrival of this.frames.feed(chunk)) this.arrive(arrival);
  }
}
