import type { Timer } from '../otp/clock.ts';
import type { ClusterHands } from './fault.ts';

/** Nodes that a fault has killed: each starts again after a while, and at the lift whoever is still missing. */
export class Absences {
  private readonly cluster: ClusterHands;
  private readonly restartAfterMs: number;
  private readonly killed = new Set<number>();
  private readonly restarts = new Set<Timer>();
  private ended = false;

  /** `restartAfterMs` of 0: not before the lift. */
  constructor(cluster: ClusterHands, restartAfterMs: number) {
    this.cluster = cluster;
    this.restartAfterMs = restartAfterMs;
  }

  /** Nodes that were killed, each once. */
  get count(): number {
    return this.killed.size;
  }

  /** Kills a node; resolves when it is gone. */
  async kill(index: number): Promise<void> {
    this.killed.add(index);
    await this.cluster.takeDown(index, null);
    if (this.restartAfterMs === 0 || this.ended) return;
    const restart: Timer = this.cluster.clock.after(this.restartAfterMs, () => {
      this.restarts.delete(restart);
      this.restart(index);
    });
    this.restarts.add(restart);
  }

  /** Resolves when all of them run again; rejects when one does not come up. */
  async end(): Promise<void> {
    this.ended = true;
    for (const restart of this.restarts) restart.cancel();
    await Promise.all([...this.killed].map((index) => this.cluster.bringBack(index)));
  }

  private restart(index: number): void {
    this.cluster.bringBack(index).catch((error: unknown) => {
      this.cluster.log(`node${index} did not come back: ${String(error)}`);
    });
  }
}
