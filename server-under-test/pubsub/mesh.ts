import { randomBytes } from 'node:crypto';
import {
  RemoteMessage,
  type Distribution,
  type RemoteMonitor,
  type RemoteProcesses,
} from '../otp/distribution.ts';
import type { Process } from '../otp/process.ts';
import type { Runtime } from '../otp/runtime.ts';
import { spread } from '../otp/spread.ts';
import type { Adapter, Fanned } from './fanned.ts';
import { encodeFanned, type Control } from './mesh-frame.ts';
import { MeshLinks } from './mesh-links.ts';
import { MeshWorker } from './mesh-worker.ts';
import type { PubSub } from './pubsub.ts';
import { RemoteMonitors } from './remote-monitors.ts';

/** How a mesh is made. */
export interface MeshOptions {
  /** Workers that take what other nodes sent to topics; one sender always has the same one (phoenix-semantics 5.1). */
  readonly poolSize?: number;
}

/** Messages to topics that crossed the mesh since the start. */
export interface MeshCounts {
  /** Written, once per node reached. */
  sent: number;
  received: number;
  /** Received while their worker was dead. */
  lost: number;
}

/**
 * A full mesh of Unix sockets between the nodes of this machine: PubSub's adapter and Erlang's distribution.
 *
 *     node 0 ◀──▶ node 1        every pair has one connection, opened by the higher index and again after a loss;
 *        ▲  ╲    ╱  ▲           a message to a topic is encoded once and written once per other node,
 *        ▼   node 2 ▼           frames of all kinds keep their order.
 *
 * Nothing is acknowledged and nothing sent twice: what was under way when a connection went is lost (phoenix-semantics 5.1).
 */
export class Mesh implements Adapter, Distribution, RemoteProcesses {
  /** Tells one life of this node from the next under the same index. */
  readonly incarnation = randomBytes(8).toString('hex');
  readonly counts: MeshCounts = { sent: 0, received: 0, lost: 0 };
  private readonly runtime: Runtime;
  private readonly pubsub: PubSub;
  private readonly monitors: RemoteMonitors;
  private readonly workers: MeshWorker[];
  private readonly links: MeshLinks;
  private waiters: Array<{ readonly count: number; readonly done: () => void }> = [];
  private closed = false;

  constructor(runtime: Runtime, pubsub: PubSub, options: MeshOptions = {}) {
    this.runtime = runtime;
    this.pubsub = pubsub;
    this.monitors = new RemoteMonitors(runtime, (node, control) => this.tell(node, control));
    this.workers = Array.from({ length: options.poolSize ?? 1 }, () => new MeshWorker(runtime, pubsub));
    const self = { node: runtime.node, incarnation: this.incarnation };
    this.links = new MeshLinks(self, runtime.clock, {
      up: (node) => this.nodeUp(node),
      down: (node) => this.monitors.nodeDown(node),
      fanned: (shard, message) => this.receive(shard, message),
      control: (node, control) => this.obey(node, control),
    });
  }

  /** Opens this node's end at a path of the file system. */
  listen(path: string): Promise<void> {
    return this.links.listen(path);
  }

  /**
   * Joins the node listening at `path`, and joins it again whenever it was lost. Rejects when the first call fails, and goes
   * on calling all the same. `node` is its index where that is known: a cut off one is then not even called.
   */
  connect(path: string, node: number | null = null): Promise<void> {
    return this.links.call(path, node);
  }

  /** Resolves when `count` other nodes are connected. */
  whenComplete(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push({ count, done: resolve });
      this.announce();
    });
  }

  /** Shards, each with its worker. */
  get poolSize(): number {
    return this.workers.length;
  }

  /** The worker of a shard, or a new one in place of a dead one: what a supervisor starts. */
  startWorker(shard: number): Process {
    let worker = this.workers[shard];
    if (worker?.alive !== true) {
      this.workers[shard] = worker = new MeshWorker(this.runtime, this.pubsub);
    }
    return worker;
  }

  /** A netsplit: drops the connection with that node and lets none arise until `heal`. What is sent meanwhile is lost. */
  cut(node: number): void {
    this.links.cut(node);
  }

  /** Ends a netsplit; the node is back as soon as the one that calls gets through. */
  heal(node: number): void {
    this.links.heal(node);
  }

  /** Netsplits as they stand now: cut off from these nodes, and from no other. */
  cutOffFrom(nodes: readonly number[]): void {
    for (const node of this.links.cutOff) if (!nodes.includes(node)) this.heal(node);
    for (const node of nodes) this.cut(node);
  }

  /** That node listens again: calls it without waiting for the next turn of the back-off. */
  hurry(node: number): void {
    this.links.hurry(node);
  }

  close(): void {
    this.closed = true;
    this.links.close();
  }

  /** Fails only when this node has left the mesh for good. Throws on a raw term JSON cannot carry. */
  broadcast(message: Fanned, sender: number): string | null {
    if (this.closed) return 'no_such_group';
    if (this.links.up.size === 0) return null;
    const frame = encodeFanned(message, this.shardOf(sender));
    for (const link of this.links.up.values()) {
      link.write(frame);
      this.counts.sent += 1;
    }
    return null;
  }

  direct(node: number, message: Fanned, sender: number): string | null {
    if (this.closed) return 'no_such_group';
    const shard = this.shardOf(sender);
    const link = this.links.up.get(node);
    if (node === this.runtime.node) this.workers[shard]?.send(message);
    else if (link !== undefined) {
      link.write(encodeFanned(message, shard));
      this.counts.sent += 1;
    }
    return null;
  }

  connected(): readonly number[] {
    return [...this.links.up.keys()];
  }

  /** Which life of a connected node this is; null when it is out of reach. */
  incarnationOf(node: number): string | null {
    return this.links.up.get(node)?.incarnation ?? null;
  }

  send(node: number, name: string, payload: unknown): void {
    if (node === this.runtime.node) this.sendHere(node, name, payload);
    else this.tell(node, { op: 'send', name, payload });
  }

  sendToPid(node: number, id: number, payload: unknown): void {
    if (node === this.runtime.node) this.sendToPidHere(node, id, payload);
    else this.tell(node, { op: 'send-pid', id, payload });
  }

  watchNodes(watcher: Process): void {
    this.monitors.watchNodes(watcher);
  }

  monitorRemote(watcher: Process, node: number, id: number, token: unknown = null): RemoteMonitor {
    return this.monitors.monitor(watcher, node, id, token);
  }

  demonitorRemote(monitor: RemoteMonitor): void {
    this.monitors.demonitor(monitor);
  }

  private shardOf(sender: number): number {
    return spread(sender, this.workers.length);
  }

  private tell(node: number, control: Control): boolean {
    const link = this.links.up.get(node);
    link?.tell(control);
    return link !== undefined;
  }

  private receive(shard: number, message: Fanned): void {
    this.counts.received += 1;
    const worker = this.workers[shard % this.workers.length];
    if (worker?.alive === true) worker.send(message);
    else this.counts.lost += 1;
  }

  private obey(node: number, control: Control): void {
    switch (control.op) {
      case 'send':
        return this.sendHere(node, control.name, control.payload);
      case 'send-pid':
        return this.sendToPidHere(node, control.id, control.payload);
      case 'monitor':
        return this.monitors.monitorHere(node, control.ref, control.id);
      case 'demonitor':
        return this.monitors.demonitorHere(node, control.ref);
      case 'down':
        return this.monitors.down(node, control.ref, control.reason);
      default:
        // A tick, or a second hello: heard, and that was all it was for.
        return undefined;
    }
  }

  private sendHere(from: number, name: string, payload: unknown): void {
    this.runtime.whereIs(name)?.send(new RemoteMessage(from, payload));
  }

  private sendToPidHere(from: number, id: number, payload: unknown): void {
    this.runtime.find(id)?.send(new RemoteMessage(from, payload));
  }

  private nodeUp(node: number): void {
    this.monitors.nodeUp(node);
    this.announce();
  }

  private announce(): void {
    const { size } = this.links.up;
    const done = this.waiters.filter(({ count }) => size >= count);
    this.waiters = this.waiters.filter(({ count }) => size < count);
    for (const waiter of done) waiter.done();
  }
}
