import type { ExitReason } from './exit-reason.ts';
import type { Process } from './process.ts';

interface ExitSignal {
  readonly to: Process;
  readonly from: Process;
  readonly reason: ExitReason;
}

/**
 * Exit signals on their way along links (phoenix-semantics 3.5).
 *
 * Whoever dies first delivers for all that die of it, so a chain of 20,000 links needs no stack, and all of them are dead
 * when that first `end` returns.
 */
export class ExitQueue {
  private signals: ExitSignal[] = [];
  private delivering = false;

  push(to: Process, from: Process, reason: ExitReason): void {
    this.signals.push({ to, from, reason });
  }

  deliver(): void {
    if (this.delivering || this.signals.length === 0) return;
    this.delivering = true;
    try {
      for (let next = 0; next < this.signals.length; next += 1) {
        const signal = this.signals[next];
        signal?.to.linkBroken(signal.reason, signal.from);
      }
    } finally {
      this.signals = [];
      this.delivering = false;
    }
  }
}
