import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultBook, type FaultWord } from './cluster-faults/fault-book.ts';
import { Hands } from './cluster-faults/hands.ts';
import type { ServerConfig } from './config.ts';
import type { FaultOrder } from './faults/fault.ts';
import { NodeError, NodeHandle, type NodeState } from './node-handle.ts';
import type { NodeRequest } from './node-protocol.ts';
import type { Clock } from './otp/clock.ts';
import type { NodeSnapshot } from './telemetry/observer.ts';
import { mergePages, type ProcessPage, type ProcessQuery } from './telemetry/process-list.ts';

const OBSERVE_MS = 600;
const ANSWER_MS = 5_000;
/** How long Cowboy's own drainer waits for HTTP connections after the drain (phoenix-semantics 2.12). */
const COWBOY_DRAIN_MS = 5_000;
/** What a node takes beside that to close and end. */
const EXIT_MS = 1_000;

/** What a node answers, as it does. */
type Hear = (node: NodeHandle, answer: unknown) => void;

/** One node as the observer reports it. */
export interface NodeReport {
  readonly name: string;
  readonly osPid: number;
  readonly alive: boolean;
  readonly state: NodeState;
  /** It did not answer in time: these are its last figures. */
  readonly stale: boolean;
  readonly snapshot: NodeSnapshot | null;
}

/** Finds out whether a port is free for us alone, which sharing with SO_REUSEPORT would hide. */
export function claimPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ host, port }, () => {
      const address = probe.address();
      const claimed = typeof address === 'object' && address !== null ? address.port : port;
      probe.close(() => resolve(claimed));
    });
  });
}

/** The node processes of one server, seen from the primary. */
export class Cluster {
  readonly config: ServerConfig;
  readonly nodes: NodeHandle[] = [];
  port = 0;
  private readonly clock: Clock;
  private readonly log: (line: string) => void;
  private readonly folder: string;
  private readonly faults: FaultBook;
  private readonly leaving = new WeakMap<NodeHandle, Promise<void>>();
  private stopping = false;

  constructor(config: ServerConfig, clock: Clock, log: (line: string) => void) {
    this.config = config;
    this.clock = clock;
    this.log = log;
    this.folder = mkdtempSync(join(tmpdir(), 'firedrill-'));
    this.faults = new FaultBook({
      clock,
      log,
      hands: this.hands(),
      askAll: (request, hear, timeoutMs) => this.askAll(request, timeoutMs, hear),
    });
    process.on('exit', () => this.removeFolder());
  }

  /**
   * Boots every node, completes the mesh, then opens the port. Rejects with EADDRINUSE before anything runs; one that was told
   * to stop meanwhile never settles: how it ends is the affair of who stopped it.
   */
  async start(): Promise<void> {
    try {
      await this.boot();
    } catch (error) {
      if (!this.stopping) throw error;
      await new Promise<never>(() => {});
    }
  }

  private async boot(): Promise<void> {
    const { config, folder } = this;
    this.port = await claimPort(config.host, config.port);
    if (this.stopping) throw new NodeError('stopped', 'stopped before any node ran');
    for (let index = 0; index < config.nodes; index += 1) this.spawn(index);
    await Promise.all(this.nodes.map((node) => node.ask({ op: 'boot', node: node.index, config, folder })));
    for (const node of this.nodes) node.isBooted = true;
    await Promise.all(this.nodes.map((node) => node.ask({ op: 'join-mesh', nodes: config.nodes })));
    await Promise.all(this.nodes.map((node) => node.ask({ op: 'listen', port: this.port })));
    for (const node of this.nodes) node.isServing = true;
  }

  /** Asks every node that has booted and waits for those that are awake; one that stays silent rejects. */
  async askAll(
    request: NodeRequest,
    timeoutMs: number | null = ANSWER_MS,
    hear: Hear = () => {},
  ): Promise<void> {
    const booted = this.living().filter((node) => node.isBooted);
    await Promise.all(booted.map((node) => this.tell(node, request, timeoutMs, hear)));
  }

  /** Asks one node that is awake; rejects with a NodeError when there is none. */
  async askOne(request: NodeRequest): Promise<void> {
    const node = this.nodes.find(({ isAwake }) => isAwake);
    if (node === undefined) throw new NodeError('no_node', 'no node lives');
    await node.ask(request, ANSWER_MS);
  }

  /** What every node says of itself; a silent one with its last words. */
  observe(): Promise<NodeReport[]> {
    return Promise.all(this.nodes.map((node) => this.observeNode(node)));
  }

  /** The first processes of one node, or of all that answer in time, by one measure. */
  async processes(query: ProcessQuery, node: number | null = null): Promise<ProcessPage> {
    const asked = this.nodes.filter(({ index, isAwake }) => isAwake && (node === null || index === node));
    const answers = await Promise.allSettled(
      asked.map((one) => one.ask({ op: 'processes', query }, OBSERVE_MS)),
    );
    const pages = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    return mergePages(pages as ProcessPage[], query);
  }

  /** Everything about one process; null when its node or itself is gone. Rejects when the node stays silent. */
  async process(node: number, id: number): Promise<unknown> {
    const home = this.nodes[node];
    if (home === undefined || !home.alive) return null;
    if (home.state === 'paused') throw new NodeError('node_paused', `${home.name} is stopped`);
    return home.ask({ op: 'process', id }, OBSERVE_MS);
  }

  /** Puts a fault in force, on all nodes where it is one of theirs, before it resolves with the id. */
  inject(order: Omit<FaultOrder, 'id'>): Promise<FaultWord> {
    return this.faults.inject(order);
  }

  /** Gives a fault so much time from now; null when there is none of that id. */
  renew(id: string, ttlMs: number): Promise<FaultWord | null> {
    return this.faults.renew(id, ttlMs);
  }

  /** From now on a fault hits that share; null when there is none of that id. */
  setFaultShare(id: string, share: number): Promise<FaultWord | null> {
    return this.faults.setShare(id, share);
  }

  /** Lifts a fault everywhere; null when there is none of that id. Rejects when a node does not come back. */
  lift(id: string): Promise<FaultWord | null> {
    return this.faults.lift(id);
  }

  /** How many each fault in force has hit by now. */
  faultWords(): Promise<FaultWord[]> {
    return this.faults.words();
  }

  activeFaults(): FaultOrder[] {
    return this.faults.orders();
  }

  /** Drains and ends every node; one that takes longer than the drain may is killed. Resolves when all are gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.faults.close();
    // The mesh stands on open sockets, not on their files; whoever loses patience and kills us leaves none behind.
    this.removeFolder();
    // Who was stopped by a fault can drain like all others.
    for (const node of this.living()) node.resume();
    await Promise.all(this.living().map((node) => this.stopNode(node, this.config.drainShutdownMs)));
  }

  /** Ends every node at once. */
  kill(): void {
    this.stopping = true;
    for (const node of this.living()) node.kill('SIGKILL');
  }

  private hands(): Hands {
    const { clock, config, folder, nodes, log } = this;
    return new Hands({
      clock,
      config,
      folder,
      nodes,
      log,
      port: () => this.port,
      isStopping: () => this.stopping,
      spawn: (index) => this.spawn(index),
      stopNode: (node, graceMs) => this.stopNode(node, graceMs),
      tell: (node, request) => this.tell(node, request, ANSWER_MS, () => {}),
      ordersOnNodes: () => this.faults.ordersOnNodes(),
    });
  }

  /** Starts a process in the place of that index. */
  private spawn(index: number): NodeHandle {
    const node = new NodeHandle(this.clock, index, (dead, how) => this.nodeExited(dead, how));
    node.setNice(this.config.nice);
    this.nodes[index] = node;
    return node;
  }

  /** One that is stopped hears of it when it goes on; one that is stopped or dies meanwhile is out. */
  private async tell(
    node: NodeHandle,
    request: NodeRequest,
    timeoutMs: number | null,
    hear: Hear,
  ): Promise<void> {
    const told = node.ask(request, node.isAwake ? timeoutMs : null).then((answer) => hear(node, answer));
    if (!node.isAwake) return void told.catch(() => {});
    try {
      await told;
    } catch (error) {
      if (node.isAwake) throw error;
    }
  }

  private removeFolder(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Drains a node and ends it, once. */
  private stopNode(node: NodeHandle, graceMs: number): Promise<void> {
    const left = this.leaving.get(node) ?? this.endNode(node, graceMs);
    this.leaving.set(node, left);
    return left;
  }

  private async endNode(node: NodeHandle, graceMs: number): Promise<void> {
    const limitMs = graceMs + COWBOY_DRAIN_MS + this.config.channelShutdownMs + EXIT_MS;
    const isDone = await node.ask({ op: 'stop', graceMs }, limitMs).then(
      () => true,
      () => false,
    );
    if (isDone) await node.goneWithin(EXIT_MS);
    node.kill('SIGKILL');
    // One that could not even be started has no end to wait for.
    await node.goneWithin(EXIT_MS);
  }

  private living(): NodeHandle[] {
    return this.nodes.filter((node) => node.alive);
  }

  private async observeNode(node: NodeHandle): Promise<NodeReport> {
    let stale = true;
    if (node.isAwake) {
      try {
        node.lastSnapshot = (await node.ask({ op: 'observe' }, OBSERVE_MS)) as NodeSnapshot;
        stale = false;
      } catch {
        // Dead or silent: its last figures stand in, marked as such.
      }
    }
    const { name, osPid, alive, state, lastSnapshot } = node;
    return { name, osPid, alive, state, stale, snapshot: lastSnapshot };
  }

  private nodeExited(node: NodeHandle, how: string): void {
    if (this.stopping || node.isTakenDown) return;
    this.log(`${node.name} (pid ${node.osPid}) died: ${how}; the others keep serving`);
  }
}
