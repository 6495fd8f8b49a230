import type { Clock, Timer } from '../otp/clock.ts';
import type { WebServer } from './profile.ts';
import type { WebSocketTransport } from './websocket.ts';

// Cowboy counts its idle timeout in ticks whose phase is fixed when the connection starts.
const COWBOY_TICKS = 10;

/**
 * All WebSocket transports of a node, least recently heard first.
 *
 * Every connection has the same idle timeout, so this order is also the order of their deadlines:
 * one timer for the first of them serves all, exactly, at O(1) per inbound chunk.
 */
export class Connections {
  count = 0;
  private readonly clock: Clock;
  private readonly idleTimeoutMs: number;
  private readonly server: WebServer;
  private head: WebSocketTransport | null = null;
  private tail: WebSocketTransport | null = null;
  private timer: Timer | null = null;
  /** Cowboy's ticks after the deadline, of connections that were silent until then. */
  private readonly graces = new Set<Timer>();

  constructor(clock: Clock, idleTimeoutMs: number, server: WebServer) {
    this.clock = clock;
    this.idleTimeoutMs = idleTimeoutMs;
    this.server = server;
  }

  add(transport: WebSocketTransport): void {
    this.count += 1;
    this.append(transport);
    if (this.timer === null) this.arm();
  }

  remove(transport: WebSocketTransport): void {
    this.count -= 1;
    this.unlink(transport);
  }

  /** Bytes came in: the idle clock of this connection starts again. */
  touch(transport: WebSocketTransport): void {
    if (transport === this.tail) {
      transport.heardAtMs = this.clock.nowMs();
      return;
    }
    this.unlink(transport);
    this.append(transport);
  }

  /** Every transport; safe against transports that end while it runs. */
  *all(): Generator<WebSocketTransport> {
    let transport = this.head;
    while (transport !== null) {
      const next: WebSocketTransport | null = transport.nextQuiet;
      yield transport;
      transport = next;
    }
  }

  /** Stops the timers for good. */
  close(): void {
    this.timer?.cancel();
    this.timer = null;
    for (const grace of this.graces) grace.cancel();
    this.graces.clear();
  }

  private append(transport: WebSocketTransport): void {
    transport.heardAtMs = this.clock.nowMs();
    transport.previousQuiet = this.tail;
    transport.nextQuiet = null;
    if (this.tail === null) this.head = transport;
    else this.tail.nextQuiet = transport;
    this.tail = transport;
  }

  private unlink(transport: WebSocketTransport): void {
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
      const graceMs = this.server === 'cowboy' ? this.restOfTickMs(transport) : 0;
      // Out of the way first, whether it ends or goes on; one in a selective receive starts again (phoenix-semantics 2.10).
      this.touch(transport);
      if (graceMs === 0) transport.idleExpired();
      else this.expireLater(transport, graceMs);
    }
    this.arm();
  }

  /** From T after the last bytes to the next tick of this connection's own clock: closes between T and 1.1 T. */
  private restOfTickMs(transport: WebSocketTransport): number {
    const tickMs = this.idleTimeoutMs / COWBOY_TICKS;
    const phaseMs = (transport.heardAtMs - transport.startedAtMs) % tickMs;
    return tickMs - phaseMs;
  }

  private expireLater(transport: WebSocketTransport, graceMs: number): void {
    const { heardAtMs } = transport;
    const grace = this.clock.after(graceMs, () => {
      this.graces.delete(grace);
      if (transport.heardAtMs === heardAtMs && transport.alive) transport.idleExpired();
    });
    this.graces.add(grace);
  }
}
