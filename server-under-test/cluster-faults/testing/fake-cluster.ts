import { withDefaults } from '../../config/defaults.ts';
import type { NodeState } from '../../node-handle.ts';
import { ManualClock } from '../../otp/manual-clock.ts';
import type { ClusterHands, FaultNode } from '../fault.ts';

/** A node that is nothing but its state; its process is the one of the test. */
class FakeNode implements FaultNode {
  readonly index: number;
  readonly osPid = process.pid;
  state: NodeState = 'running';
  /** Ends the drain it is in. */
  endDrain: () => void = () => {};

  constructor(index: number) {
    this.index = index;
  }

  get name(): string {
    return `node${this.index}`;
  }

  kill(): void {
    this.endDrain();
  }
}

/** Hands that write down what they are told. */
export class FakeCluster implements ClusterHands {
  readonly clock = new ManualClock();
  readonly config = withDefaults({ nodes: 3, drainShutdownMs: 700 });
  readonly nodes: readonly FakeNode[];
  readonly did: string[] = [];
  readonly lines: string[] = [];
  /** Indices of nodes that cannot be stopped, or do not come back. */
  readonly broken = new Set<number>();
  /** A drain lasts until somebody ends it. */
  drains = false;

  constructor(nodes = 3) {
    this.nodes = Array.from({ length: nodes }, (_, index) => new FakeNode(index));
  }

  log(line: string): void {
    this.lines.push(line);
  }

  running(): FakeNode[] {
    return this.nodes.filter(({ state }) => state === 'running');
  }

  /** The states of all nodes, in their order. */
  states(): NodeState[] {
    return this.nodes.map(({ state }) => state);
  }

  async pause(index: number): Promise<void> {
    this.did.push(`pause ${index}`);
    if (this.broken.has(index)) throw new Error('no shell');
    this.node(index).state = 'paused';
  }

  async resume(index: number): Promise<void> {
    const node = this.node(index);
    if (node.state === 'paused') node.state = 'running';
  }

  async takeDown(index: number, graceMs: number | null): Promise<void> {
    const node = this.node(index);
    this.did.push(graceMs === null ? `kill ${index}` : `drain ${index} for ${graceMs}`);
    node.state = 'leaving';
    if (graceMs !== null && this.drains) await new Promise<void>((resolve) => (node.endDrain = resolve));
    node.state = 'down';
  }

  async bringBack(index: number): Promise<void> {
    const node = this.node(index);
    if (node.state !== 'down') return;
    this.did.push(`start ${index}`);
    if (this.broken.has(index)) throw new Error('it does not boot');
    node.state = 'running';
  }

  async sever(id: string, side: readonly number[]): Promise<void> {
    this.did.push(`sever ${id} ${side.join()}`);
  }

  async heal(id: string): Promise<void> {
    this.did.push(`heal ${id}`);
  }

  private node(index: number): FakeNode {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`there is no node ${index}`);
    return node;
  }
}
