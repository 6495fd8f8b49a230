/**
 * The Unix socket between conductor and worker: a length, a kind, a body.
 * Orders and answers are JSON, windows are binary.
 */
import type { Socket } from 'node:net';

const KIND = { json: 1, window: 2 } as const;

export type PipeHandler = {
  onMessage(message: unknown): void;
  onWindow(bytes: Buffer): void;
  onEnd(): void;
};

export class Pipe {
  readonly #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);

  constructor(socket: Socket, handler: PipeHandler) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk, handler));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => handler.onEnd());
  }

  send(message: unknown): void {
    this.#write(KIND.json, Buffer.from(JSON.stringify(message)));
  }

  sendWindow(bytes: Buffer): void {
    this.#write(KIND.window, bytes);
  }

  /** Ends the pipe after what was sent has left. */
  end(): void {
    this.#socket.end();
  }

  #write(kind: number, body: Buffer): void {
    if (this.#socket.destroyed) return;
    const head = Buffer.allocUnsafe(5);
    head.writeUInt32LE(body.length, 0);
    head[4] = kind;
    this.#socket.cork();
    this.#socket.write(head);
    this.#socket.write(body);
    this.#socket.uncork();
  }

  #read(chunk: Buffer, handler: PipeHandler): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    while (this.#pending.length - at >= 5) {
      const length = this.#pending.readUInt32LE(at);
      if (this.#pending.length - at < 5 + length) break;
      const kind = this.#pending[at + 4];
      const body = this.#pending.subarray(at + 5, at + 5 + length);
      at += 5 + length;
      if (kind === KIND.window) handler.onWindow(body);
      else handler.onMessage(JSON.parse(body.toString('utf8')));
    }
    this.#pending = Buffer.from(this.#pending.subarray(at));
  }
}
