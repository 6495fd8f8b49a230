/** How often a supervisor may restart its children (phoenix-semantics 3.7). */
export interface Intensity {
  /** 3 unless given. */
  readonly maxRestarts?: number;
  /** 5 unless given. */
  readonly maxSeconds?: number;
}

/** The restarts of the last `maxSeconds`, in whole seconds, as OTP counts them: the window includes both ends. */
export class RestartIntensity {
  private readonly maxRestarts: number;
  private readonly maxSeconds: number;
  private restarts: number[] = [];

  constructor({ maxRestarts = 3, maxSeconds = 5 }: Intensity) {
    this.maxRestarts = maxRestarts;
    this.maxSeconds = maxSeconds;
  }

  /** Counts one restart; false when it is one too many. */
  allows(nowMs: number): boolean {
    const now = Math.floor(nowMs / 1_000);
    this.restarts = [now, ...this.restarts].filter((then) => now <= then + this.maxSeconds);
    return this.restarts.length <= this.maxRestarts;
  }
}
