import type { Clock, Timer } from '../otp/clock.ts';
import type { Transport } from './transport.ts';

/**
 * All transports of a node, least recently heard first.
 *
 * Every connection has the same idle timeout, so this order is also the order of their deadlines:
 * one timer for the first of them serves all, exactly, at O(1) per inbound chunk.
 */
export class Connections {
  count = 0;
  private readonly clock: Clock;
  private readonly idleTimeoutMs: number;
  private head: Transport | null = null;
  private tail: Transport | null = null;
  private timer: Timer | null = null;

  constructor(clock: Clock, idleTimeoutMs: number) {
    this.clock = clock;
    this.idleTimeoutMs = idleTimeoutMs;
  }

  add(transport: Transport): void {
    this.count += 1;
    this.append(transport);
    if (this.timer === null) this.arm();
  }

  remove(transport: Transport): void {
    this.count -= 1;
    this.unlink(transport);
  }

  /** Bytes came in: the idle clock of this connection starts again. */
  touch(transport: Transport): void {
    if (transport === this.tail) {
      transport.heardAtMs = this.clock.nowMs();
      return;
    }
    this.unlink(transport);
    this.append(transport);
  }

  /** Every transport; safe against transports that end while it runs. */
  *all(): Generator<Transport> {
    let transport = this.head;
    while (transport !== null) {
      const next: Transport | null = transport.nextQuiet;
      yield transport;
      transport = next;
    }
  }

  /** Stops the timer for good. */
  close(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  private append(transport: Transport): void {
    transport.heardAtMs = this.clock.nowMs();
    transport.previousQuiet = this.tail;
    transport.nextQuiet = null;
    if (this.tail === null) this.head = transport;
    else this.tail.nextQuiet = transport;
    this.tail = transport;
  }

  private unlink(transport: Transport): void {
    if (transport.previousQuiet === null) this.head = transport.nextQuiet;
    else transport.previousQuiet.nextQuiet = transport.nextQuiet;
    if (transport.nextQuiet === null) this.tail = transport.previousQuiet;
    else transport.nextQuiet.previousQuiet = transport.previousQuiet;
  }

  private arm(): void {
    if (this.head === null) {
      this.timer = null;
      return;
    }
    const dueMs = this.head.heardAtMs + this.idleTimeoutMs;
    this.timer = this.clock.after(Math.max(1, dueMs - this.clock.nowMs()), () => this.sweep());
  }

  private sweep(): void {
    const nowMs = this.clock.nowMs();
    while (this.head !== null && this.head.heardAtMs + this.idleTimeoutMs <= nowMs) {
      const transport = this.head;
      // A transport in a selective receive hears no clock; afterwards it starts again (phoenix-semantics 2.10).
      this.touch(transport);
      transport.idleExpired();
    }
    this.arm();
  }
}
