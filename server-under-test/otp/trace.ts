const RECENT = 20;

/** One callback that was watched, in milliseconds with a fraction. */
export interface TracedCallback {
  readonly what: string;
  readonly durationMs: number;
}

/** How long the callbacks of one process took, while somebody wanted to know. */
export class Trace {
  readonly sinceMs: number;
  untilMs: number;
  count = 0;
  totalMs = 0;
  maxMs = 0;
  private readonly ring: TracedCallback[] = [];

  constructor(sinceMs: number, forMs: number) {
    this.sinceMs = sinceMs;
    this.untilMs = sinceMs + forMs;
  }

  /** Notes one callback; nothing once the time is over. */
  record(what: string, startMs: number, endMs: number): void {
    if (startMs >= this.untilMs) return;
    const durationMs = Math.max(0, endMs - startMs);
    this.ring[this.count % RECENT] = { what, durationMs };
    this.count += 1;
    this.totalMs += durationMs;
    this.maxMs = Math.max(this.maxMs, durationMs);
  }

  /** The last ones, oldest first. */
  recent(): readonly TracedCallback[] {
    const oldest = this.count > RECENT ? this.count % RECENT : 0;
    return [...this.ring.slice(oldest), ...this.ring.slice(0, oldest)];
  }
}
