import type { Timer } from '../otp/clock.ts';
import type { ExitReason } from '../otp/exit-reason.ts';
import { DEAD, HELD, IDLE, RUNNING } from '../otp/process-state.ts';
import type { BytePipe } from './byte-pipe.ts';
import { closePipe } from './closing.ts';
import type { EndpointContext } from './context.ts';
import type { EndOfConnection } from './ends.ts';
import { FrameReader, NEED_MORE } from './frame-reader.ts';
import { handleFrame } from './inbound-frames.ts';
import { Inbound } from './notices.ts';
import { Transport, type Connected } from './transport.ts';

/**
 * A WebSocket connection: bytes in become frames, frames out become bytes.
 *
 * Held also while the peer does not read: a send that blocks (phoenix-semantics 2.13).
 */
export class WebSocketTransport extends Transport {
  heardAtMs = 0;
  /** When the connection began: the phase of Cowboy's idle ticks. */
  readonly startedAtMs: number;
  nextQuiet: WebSocketTransport | null = null;
  previousQuiet: WebSocketTransport | null = null;
  private readonly reader: FrameReader;
  private pipe: BytePipe | null;
  /** Runs while blocked in send; after the end, while the close frame lingers. */
  private sendTimer: Timer | null = null;
  private inboundWaiting = false;
  private paused = false;
  private corked = false;

  constructor(context: EndpointContext, pipe: BytePipe, connected: Connected) {
    super(context, connected);
    this.pipe = pipe;
    this.reader = new FrameReader(context.limits.frames);
    context.connections.add(this);
    this.startedAtMs = this.heardAtMs;
  }

  /** Bytes from the client. Handled at once when nothing waits, else in their turn. */
  bytesIn(chunk: Buffer): void {
    if (this.state === DEAD) return;
    this.context.connections.touch(this);
    if (this.state === IDLE) {
      this.state = RUNNING;
      this.noteInput(this.heardAtMs);
      this.consume(chunk);
      this.settleInline();
      return;
    }
    this.inboundWaiting = true;
    this.send(new Inbound(chunk));
    // One chunk at a time: beyond it TCP pushes back on the client (phoenix-semantics 2.13).
    if (!this.paused) {
      this.paused = true;
      this.pipe?.pause();
    }
  }

  /** The TCP connection is gone: a blocked send returns, and what is still written goes nowhere. */
  pipeClosed(): void {
    if (this.state === DEAD) this.sendTimer?.cancel();
    if (this.pipe === null) return;
    this.pipe = null;
    if (this.sendTimer !== null) this.unblock();
    this.peerEnded();
  }

  /** The peer will send nothing more. */
  peerEnded(): void {
    this.stopInTurn('connection lost', null);
  }

  /** What we wrote is on its way; a blocked send returns. */
  pipeDrained(): void {
    if (this.sendTimer !== null) this.unblock();
  }

  /** No bytes came for the idle timeout; a transport in a selective receive hears no clock (phoenix-semantics 2.10). */
  idleExpired(): void {
    if (this.state === HELD) return;
    this.stopInTurn('idle', this.context.profile.server === 'cowboy' ? 1000 : 1002);
  }

  /** Ends this connection for a cause that came up while reading its frames. */
  stopFrom(end: EndOfConnection, code: number | null): void {
    const notice = this.stopFor(end, code);
    this.stop(notice.reason, notice.code);
  }

  /** The server goes: Bandit says 1000 at once, Cowboy says nothing (phoenix-semantics 1.10). */
  serverStops(): void {
    this.stopFrom('server stops', this.context.profile.server === 'cowboy' ? null : 1000);
  }

  override write(frame: Uint8Array): void {
    const { pipe } = this;
    if (pipe === null) return;
    if (!this.corked && (this.mailbox.length > 0 || !this.reader.drained)) {
      this.corked = true;
      pipe.cork();
    }
    if (pipe.write(frame) || this.state !== RUNNING) return;
    this.hold();
    this.sendTimer = this.runtime.clock.after(this.context.limits.sendTimeoutMs, () => this.sendTimedOut());
  }

  override stop(reason: ExitReason, code: number | null): void {
    if (this.state === DEAD) return;
    const { pipe } = this;
    this.afterVisit();
    this.pipe = null;
    this.end(reason);
    if (pipe !== null) this.sendTimer = closePipe(pipe, code, this.runtime.clock);
  }

  override afterVisit(): void {
    if (!this.corked) return;
    this.corked = false;
    this.pipe?.uncork();
  }

  protected override receive(message: unknown): void {
    if (message instanceof Inbound) {
      this.inboundWaiting = false;
      return this.consume(message.chunk);
    }
    super.receive(message);
  }

  protected override readOn(): void {
    if (this.state === DEAD) return;
    this.context.connections.touch(this);
    this.readFrames();
  }

  protected override ended(reason: ExitReason): void {
    this.pipe?.destroy();
    this.pipe = null;
    this.sendTimer?.cancel();
    this.context.connections.remove(this);
    super.ended(reason);
  }

  private stopInTurn(end: EndOfConnection, code: number | null): void {
    if (this.state === DEAD) return;
    const notice = this.stopFor(end, code);
    if (this.state === IDLE) this.stop(notice.reason, notice.code);
    else this.send(notice);
  }

  private consume(chunk: Buffer): void {
    this.reader.feed(chunk);
    this.readFrames();
  }

  private readFrames(): void {
    try {
      while (this.state === RUNNING) {
        const opcode = this.reader.next();
        if (opcode === NEED_MORE) break;
        handleFrame(this, this.reader, opcode);
      }
      if (this.state === RUNNING) this.listenAgain();
    } catch (error) {
      this.fail(error);
    }
  }

  private listenAgain(): void {
    this.reader.rest();
    if (!this.paused || this.inboundWaiting) return;
    this.paused = false;
    this.pipe?.resume();
  }

  private unblock(): void {
    this.sendTimer?.cancel();
    this.sendTimer = null;
    if (this.state !== HELD) return;
    this.state = RUNNING;
    this.readFrames();
    this.settleInline();
  }

  // The TCP connection goes, the process stays until its idle timeout and writes into the void (phoenix-measured, A).
  private sendTimedOut(): void {
    this.context.telemetry.sendTimeouts.value += 1;
    const { pipe } = this;
    this.pipe = null;
    pipe?.destroy();
    this.unblock();
  }
}
