/** A timer that has not fired yet. Cancelling one that fired does nothing. */
export interface Timer {
  cancel(): void;
}

/** The only source of time and of "later" in the server; tests hand in a manual one. */
export interface Clock {
  /** Monotonic milliseconds, with a fraction. */
  nowMs(): number;
  /** Wall clock in milliseconds since 1970, for display only. */
  wallMs(): number;
  /** Runs `action` once, `delayMs` from now. */
  after(delayMs: number, action: () => void): Timer;
  /** Runs `action` after the sockets had their turn. */
  soon(action: () => void): void;
}

// setTimeout turns anything longer into 1 ms.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

class SystemTimer implements Timer {
  private readonly handle: NodeJS.Timeout;

  constructor(delayMs: number, action: () => void) {
    this.handle = setTimeout(action, Math.min(delayMs, LONGEST_TIMER_MS));
  }

  cancel(): void {
    clearTimeout(this.handle);
  }
}

/** The clock of a running server. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after: (delayMs, action) => new SystemTimer(delayMs, action),
  soon: (action) => void setImmediate(action),
};
