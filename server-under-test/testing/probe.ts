import assert from 'node:assert/strict';
import { WebSocket } from 'ws';

/** A bare client: sends raw frames, hands out what arrives in order. */
export class Probe {
  readonly socket: WebSocket;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  private readonly arrived: unknown[] = [];
  private readonly waiting: Array<(frame: unknown) => void> = [];
  private refs = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)));
    socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer;
      this.arrive(isBinary ? bytes.toString('hex') : (JSON.parse(bytes.toString('utf8')) as unknown));
    });
    socket.on('pong', (data) => this.arrive(`pong ${data.toString()}`));
    socket.on('error', () => {});
  }

  static open(url: string): Promise<Probe> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      const probe = new Probe(socket);
      socket.once('open', () => resolve(probe));
      socket.once('error', reject);
    });
  }

  send(...frames: unknown[]): void {
    for (const frame of frames) this.socket.send(JSON.stringify(frame));
  }

  /** The next frame: an array or object, hex for binary, `pong …` for a pong. */
  next(): Promise<unknown> {
    if (this.arrived.length > 0) return Promise.resolve(this.arrived.shift());
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  async take(count: number): Promise<unknown[]> {
    const frames: unknown[] = [];
    while (frames.length < count) frames.push(await this.next());
    return frames;
  }

  async expect(...frames: unknown[]): Promise<void> {
    for (const frame of frames) assert.deepEqual(await this.next(), frame);
  }

  /** Joins and checks the ok. */
  async join(joinRef: string, topic: string, payload: unknown = {}): Promise<void> {
    this.send([joinRef, joinRef, topic, 'phx_join', payload]);
    await this.expect(okReply(joinRef, joinRef, topic));
  }

  /** Nothing but a heartbeat's answer is under way: proves silence without sleeping. */
  async expectQuiet(): Promise<void> {
    this.refs += 1;
    const ref = `quiet${this.refs}`;
    this.send([null, ref, 'phoenix', 'heartbeat', {}]);
    await this.expect(okReply(null, ref, 'phoenix'));
  }

  drop(): void {
    this.socket.terminate();
  }

  private arrive(frame: unknown): void {
    const resolve = this.waiting.shift();
    if (resolve === undefined) this.arrived.push(frame);
    else resolve(frame);
  }
}

export function okReply(joinRef: unknown, ref: unknown, topic: string, response: unknown = {}): unknown[] {
  return [joinRef, ref, topic, 'phx_reply', { status: 'ok', response }];
}

export function errorReply(joinRef: unknown, ref: unknown, topic: string, reason: string): unknown[] {
  return [joinRef, ref, topic, 'phx_reply', { status: 'error', response: { reason } }];
}
