import { numberIn } from '../faults/order-params.ts';
import type { ClusterFaultKind, ClusterHands, FaultNode } from './fault.ts';

const PAUSE_MS = 1_000;

/** One rolling deploy: node by node is drained, stopped and started anew. */
class Rollout {
  /** Resolves when the last node is back, or when it was told to end and the one under way is. */
  readonly done: Promise<void>;
  private readonly cluster: ClusterHands;
  private readonly drainMs: number;
  private readonly pauseMs: number;
  private readonly replaced: number[] = [];
  private leaving: FaultNode | null = null;
  private endPause: (() => void) | null = null;
  private ended = false;

  constructor(cluster: ClusterHands, drainMs: number, pauseMs: number) {
    this.cluster = cluster;
    this.drainMs = drainMs;
    this.pauseMs = pauseMs;
    this.done = this.roll().catch((error: unknown) => {
      // As an orchestrator does: what does not come up holds the rest back.
      cluster.log(`the deploy stopped: ${String(error)}`);
    });
  }

  /** Nodes that were taken down. */
  get count(): number {
    return this.replaced.length;
  }

  /** Takes no further node down, cuts the drain of the one that leaves short, and starts what is missing. */
  async end(): Promise<void> {
    this.ended = true;
    this.endPause?.();
    this.leaving?.kill('SIGKILL');
    await this.done;
    await Promise.all(this.replaced.map((index) => this.cluster.bringBack(index)));
  }

  private async roll(): Promise<void> {
    for (const index of this.cluster.nodes.keys()) {
      if (this.replaced.length > 0 && !this.ended) await this.pause();
      if (this.ended) return;
      const node = this.cluster.nodes[index];
      // Whom another fault has stopped or taken down, that fault brings back.
      if (node?.state === 'running') await this.replace(node);
    }
  }

  private async replace(node: FaultNode): Promise<void> {
    const { index } = node;
    this.replaced.push(index);
    this.leaving = node;
    await this.cluster.takeDown(index, this.drainMs);
    this.leaving = null;
    await this.cluster.bringBack(index);
  }

  private async pause(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.cluster.clock.after(this.pauseMs, resolve);
    this.endPause = resolve;
    await promise;
    timer.cancel();
  }
}

/**
 * A release is rolled out: each node closes what it has with 1012 in batches while it still listens, and a client that comes back
 * to it is cut again (phoenix-semantics 2.12). It begins at once and takes its time; the lift waits for the node under way.
 */
export const deploy: ClusterFaultKind = {
  kind: 'deploy',
  about: 'every node in turn is drained for at most drain_ms, stopped and started anew, pause_ms between two',
  params: { drain_ms: { type: 'ms', required: false }, pause_ms: { type: 'ms', required: false } },
  spares: 0,
  hits: 'nodes',

  async inject(order, cluster) {
    const drainMs = numberIn(order, 'drain_ms', cluster.config.drainShutdownMs);
    const rollout = new Rollout(cluster, drainMs, numberIn(order, 'pause_ms', PAUSE_MS));
    return { lift: () => rollout.end(), count: () => rollout.count };
  },
};
