import type { Application } from '../application.ts';
import type { BytePipe } from '../phoenix/byte-pipe.ts';
import { serializerV2 } from '../phoenix/serializer-v2.ts';
import { WebSocketTransport } from '../phoenix/websocket.ts';
import { forgeFrame } from './frame-forge.ts';
import { ServerFrames, type Arrival } from './server-frames.ts';

/**
 * A client without a network: what it sends is in the transport at once, what the server writes is read at once.
 *
 * Behaves as a TCP connection does: bytes after the end go nowhere, and the server hears of the end of the connection once.
 */
export class MemoryConnection implements BytePipe {
  readonly transport: WebSocketTransport;
  /** False makes every write report a full pipe, as a peer does that reads nothing. */
  reads = true;
  private readonly frames = new ServerFrames();
  private readonly app: Application;
  private arrivals: Arrival[] = [];
  private ended = false;

  constructor(app: Application, userId: string | null = null) {
    this.app = app;
    const socketId = userId === null ? null : `user:${userId}`;
    const connected = { serializer: serializerV2, socketId, assigns: { user_id: userId }, requestId: null };
    this.transport = app.context.transportSupervisor.startChild(
      () => new WebSocketTransport(app.context, this, connected),
    );
  }

  get open(): boolean {
    return !this.ended;
  }

  /** Sends V2 text frames, all in one chunk. */
  send(...messages: unknown[]): void {
    this.bytes(
      Buffer.concat(messages.map((message) => forgeFrame({ payload: Buffer.from(JSON.stringify(message)) }))),
    );
  }

  bytes(chunk: Buffer): void {
    if (!this.ended) this.transport.bytesIn(chunk);
  }

  /** What came since the last time: text frames parsed, anything else as it is. */
  take(): unknown[] {
    return this.arrivals
      .splice(0)
      .map((arrival) => (arrival.kind === 'text' ? (JSON.parse(arrival.text) as unknown) : arrival));
  }

  /** Reads again: what was blocked goes on. */
  readOn(): void {
    this.reads = true;
    this.transport.pipeDrained();
  }

  /** The cable is cut. */
  drop(): void {
    if (this.ended) return;
    this.ended = true;
    this.transport.pipeClosed();
  }

  write(bytes: Uint8Array): boolean {
    if (!this.ended) this.arrivals.push(...this.frames.feed(Buffer.from(bytes)));
    return this.reads;
  }

  end(bytes: Uint8Array): void {
    this.write(bytes);
    this.hangUp();
  }

  destroy(): void {
    this.hangUp();
  }

  cork(): void {}

  uncork(): void {}

  pause(): void {}

  resume(): void {}

  // As with a socket, the news comes after the call that caused it.
  private hangUp(): void {
    this.app.context.runtime.clock.soon(() => this.drop());
  }
}
