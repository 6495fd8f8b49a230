import type { ServerConfig } from '../config.ts';
import type { FaultOrder } from '../faults/fault.ts';
import type { NodeHandle } from '../node-handle.ts';
import type { NodeRequest } from '../node-protocol.ts';
import type { Clock } from '../otp/clock.ts';
import { cutOffFrom } from './cut-off.ts';
import type { ClusterHands } from './fault.ts';

const ANSWER_MS = 5_000;
/** How long a node may take to boot on a machine that is busy with everything else. */
const BOOT_MS = 20_000;
/** How long it waits for the mesh before it opens its port without. */
const MESH_MS = 2_000;
/** How long a port that somebody has taken meanwhile is tried again, and how often. */
const LISTEN_MS = 10_000;
const LISTEN_AGAIN_MS = 100;
const EXIT_MS = 1_000;

/** What these hands need of the cluster they belong to. */
export interface HandsParts {
  readonly clock: Clock;
  readonly config: ServerConfig;
  readonly folder: string;
  readonly nodes: readonly NodeHandle[];
  readonly log: (line: string) => void;
  port(): number;
  /** The server ends: nothing is started any more. */
  isStopping(): boolean;
  /** Starts a process in the place of a node. */
  spawn(index: number): NodeHandle;
  /** Drains a node for `graceMs` at most and ends it; resolves when it is gone. */
  stopNode(node: NodeHandle, graceMs: number): Promise<void>;
  /** Asks a node that lives; one that is stopped hears of it when it goes on, and nobody waits for that. */
  tell(node: NodeHandle, request: NodeRequest): Promise<void>;
  /** The faults within nodes that are in force. */
  ordersOnNodes(): readonly FaultOrder[];
}

/** Stops, ends, starts and parts the nodes of a cluster. */
export class Hands implements ClusterHands {
  readonly clock: Clock;
  readonly config: ServerConfig;
  readonly nodes: readonly NodeHandle[];
  private readonly parts: HandsParts;
  /** One side of each netsplit, by fault. */
  private readonly splits = new Map<string, ReadonlySet<number>>();
  private readonly returning = new Map<number, Promise<void>>();

  constructor(parts: HandsParts) {
    this.parts = parts;
    this.clock = parts.clock;
    this.config = parts.config;
    this.nodes = parts.nodes;
  }

  log(line: string): void {
    this.parts.log(line);
  }

  running(): NodeHandle[] {
    return this.nodes.filter((node) => node.state === 'running');
  }

  async pause(index: number): Promise<void> {
    await this.nodes[index]?.pause(this.parts.folder);
  }

  async resume(index: number): Promise<void> {
    const node = this.nodes[index];
    if (node?.state !== 'paused') return;
    node.resume();
    // Its own clock went on: what was renewed meanwhile it may have lifted.
    const orders = this.parts.ordersOnNodes();
    await Promise.all(orders.map((order) => this.parts.tell(node, { op: 'inject', order })));
  }

  async takeDown(index: number, graceMs: number | null): Promise<void> {
    const node = this.nodes[index];
    if (node === undefined) return;
    node.isTakenDown = true;
    if (graceMs !== null) return this.parts.stopNode(node, graceMs);
    node.kill('SIGKILL');
    await node.goneWithin(EXIT_MS);
  }

  bringBack(index: number): Promise<void> {
    const under = this.returning.get(index);
    if (under !== undefined) return under;
    const back = this.start(index).finally(() => this.returning.delete(index));
    this.returning.set(index, back);
    return back;
  }

  async sever(id: string, side: readonly number[]): Promise<void> {
    this.splits.set(id, new Set(side));
    try {
      await this.applySplits();
    } catch (error) {
      // Half a netsplit is none.
      await this.heal(id).catch(() => {});
      throw error;
    }
  }

  async heal(id: string): Promise<void> {
    if (this.splits.delete(id)) await this.applySplits();
  }

  private async applySplits(): Promise<void> {
    const booted = this.nodes.filter((node) => node.alive && node.isBooted);
    await Promise.all(booted.map((node) => this.parts.tell(node, this.cutOff(node))));
  }

  private cutOff({ index }: NodeHandle): Extract<NodeRequest, { op: 'cut-off' }> {
    const all = this.nodes.map((node) => node.index);
    return { op: 'cut-off', from: cutOffFrom(index, all, this.splits.values()) };
  }

  private async start(index: number): Promise<void> {
    const { parts } = this;
    const before = this.nodes[index];
    if (before?.isTakenDown !== true) return;
    await before.goneWithin(EXIT_MS);
    if (parts.isStopping()) return;
    const node = parts.spawn(index);
    try {
      await this.boot(node);
    } catch (error) {
      if (parts.isStopping()) return;
      // It is still owed: whoever lifts the fault tries again.
      node.isTakenDown = true;
      node.kill('SIGKILL');
      throw error;
    }
  }

  private async boot(node: NodeHandle): Promise<void> {
    const { parts, config } = this;
    const { index } = node;
    await node.ask({ op: 'boot', node: index, config, folder: parts.folder }, BOOT_MS);
    // From here on it hears of faults with all others; of those before it hears now.
    node.isBooted = true;
    const cut = this.cutOff(node);
    await Promise.all([
      node.ask(cut, ANSWER_MS),
      ...parts.ordersOnNodes().map((order) => node.ask({ op: 'inject', order }, ANSWER_MS)),
    ]);
    const peers = this.nodes.filter(
      (peer) => peer !== node && peer.isAwake && !cut.from.includes(peer.index),
    );
    for (const peer of peers) parts.tell(peer, { op: 'hurry', node: index }).catch(() => {});
    // Whoever is not there by then joins later.
    await node.ask({ op: 'rejoin-mesh', awaited: peers.length }, MESH_MS).catch(() => {});
    await this.listen(node);
    node.isServing = true;
  }

  private async listen(node: NodeHandle): Promise<void> {
    const { clock, parts } = this;
    const endMs = clock.nowMs() + LISTEN_MS;
    for (;;) {
      try {
        await node.ask({ op: 'listen', port: parts.port() }, ANSWER_MS);
        return;
      } catch (error) {
        const isBusy = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (!isBusy || clock.nowMs() >= endMs) throw error;
        // Nobody listened there for a while: an outgoing connection may have it.
        await new Promise<void>((resolve) => void clock.after(LISTEN_AGAIN_MS, resolve));
      }
    }
  }
}
