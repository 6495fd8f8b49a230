import { isUtf8 } from 'node:buffer';
import type { Timer } from '../../otp/clock.ts';
import type { ExitReason } from '../../otp/exit-reason.ts';
import { DEAD, HELD } from '../../otp/process-state.ts';
import type { EndpointContext } from '../context.ts';
import type { EndOfConnection } from '../ends.ts';
import { BINARY, readServerFrame } from '../frames.ts';
import { StopTransport } from '../notices.ts';
import { handleMessage } from '../socket.ts';
import { Transport, type Connected } from '../transport.ts';
import type { Answer, Envelope, Poll, SessionCall } from './session-call.ts';

/** A long-poll session is inactive when nobody polled for one and a half windows (phoenix-semantics 1.9). */
const INACTIVE_WINDOWS = 1.5;

/**
 * The transport process of a long-poll client: what it writes waits in a buffer until a poll fetches it.
 *
 * POST ─▶ dispatch ─▶ socket table        GET ─▶ flush ─▶ the buffer, or "now available" as soon as there is something
 */
export class LongPollSession extends Transport {
  private buffer: Envelope[] = [];
  private poll: Poll | null = null;
  /** Answers of messages whose handling the session is held for. */
  private taken: Answer | null = null;
  private lastPollMs: number;
  private readonly inactiveMs: number;
  private readonly onGone: () => void;
  private timer: Timer;

  constructor(context: EndpointContext, connected: Connected, windowMs: number, onGone: () => void) {
    super(context, connected);
    this.inactiveMs = Math.trunc(windowMs * INACTIVE_WINDOWS);
    this.lastPollMs = context.runtime.clock.nowMs();
    this.onGone = onGone;
    this.timer = this.watch();
  }

  override write(frame: Uint8Array): void {
    const { opcode, payload } = readServerFrame(frame);
    this.buffer.push({ binary: opcode === BINARY, payload });
    const { poll } = this;
    this.poll = null;
    poll?.answer({ tag: 'now available' });
  }

  /** Nobody is told: a waiting poll runs out by itself, the next one finds no session. */
  override stop(reason: ExitReason, _code: number | null): void {
    if (this.state !== DEAD) this.end(reason);
  }

  protected override stopFor(end: EndOfConnection, code: number | null): StopTransport {
    // Sessions stop with what the socket says, whatever server carries them (phoenix-semantics 2.8).
    return new StopTransport({ shutdown: end === 'drained' ? 'draining' : 'disconnected' }, code);
  }

  protected override receive(message: unknown): void {
    if (isSessionCall(message)) return this.handleCall(message);
    super.receive(message);
  }

  protected override readOn(): void {
    if (this.state === HELD) return;
    const { taken } = this;
    this.taken = null;
    if (this.state !== DEAD) taken?.({ tag: 'taken' });
  }

  protected override ended(reason: ExitReason): void {
    this.timer.cancel();
    this.poll = null;
    this.buffer = [];
    this.onGone();
    super.ended(reason);
  }

  private handleCall(call: SessionCall): void {
    switch (call.op) {
      case 'subscribe':
        return call.answer({ tag: 'subscribed' });
      case 'flush':
        return this.flush(call.poll);
      case 'expired':
        if (this.poll?.ref === call.ref) this.poll = null;
        return;
      case 'dispatch':
        return this.dispatch(call.envelope, call.answer);
      case 'check activity':
        return this.endIfInactive();
    }
  }

  private dispatch(envelope: Envelope, answer: Answer): void {
    const { binary, payload } = envelope;
    const { serializer } = this;
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    handleMessage(
      this,
      binary ? serializer.decodeBinary(bytes) : serializer.decodeText(bytes.toString('utf8')),
    );
    // A join holds this process; whoever posted it waits with it (phoenix-semantics 3.1).
    if (this.state === HELD) this.taken = answer;
    else answer({ tag: 'taken' });
  }

  private flush(poll: Poll): void {
    this.lastPollMs = this.runtime.clock.nowMs();
    if (this.buffer.length === 0) {
      this.poll = poll;
      return;
    }
    const messages = this.buffer;
    this.buffer = [];
    this.poll = null;
    poll.answer({ tag: 'messages', messages });
  }

  private watch(): Timer {
    return this.runtime.clock.after(this.inactiveMs, () => this.send({ op: 'check activity' }));
  }

  private endIfInactive(): void {
    if (this.runtime.clock.nowMs() - this.lastPollMs > this.inactiveMs)
      return this.end({ shutdown: 'inactive' });
    this.timer = this.watch();
  }
}

function isSessionCall(message: unknown): message is SessionCall {
  return typeof message === 'object' && message !== null && 'op' in message;
}

/** Whether a batch can go down as JSON strings: bytes that are no UTF-8 lose it (phoenix-semantics 1.9). */
export function isSendable(messages: readonly Envelope[]): boolean {
  return messages.every(({ payload }) => isUtf8(payload));
}
