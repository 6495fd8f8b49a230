import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerConfig } from './config.ts';
import type { FaultOrder } from './faults/fault.ts';
import { NodeError, NodeHandle } from './node-handle.ts';
import type { NodeRequest } from './node-protocol.ts';
import type { Clock, Timer } from './otp/clock.ts';
import type { NodeSnapshot } from './telemetry/observer.ts';
import { mergePages, type ProcessPage, type ProcessQuery } from './telemetry/process-list.ts';

const OBSERVE_MS = 600;
const ANSWER_MS = 5_000;
/** How long Cowboy's own drainer waits for HTTP connections after the drain (phoenix-semantics 2.12). */
const COWBOY_DRAIN_MS = 5_000;
/** What a node takes beside that to close and end. */
const EXIT_MS = 1_000;

/** One node as the observer reports it. */
export interface NodeReport {
  readonly name: string;
  readonly osPid: number;
  readonly alive: boolean;
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
  private readonly faults = new Map<string, FaultOrder>();
  private lastFault = 0;
  private stopping = false;

  constructor(config: ServerConfig, clock: Clock, log: (line: string) => void) {
    this.config = config;
    this.clock = clock;
    this.log = log;
    this.folder = mkdtempSync(join(tmpdir(), 'firedrill-'));
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
    for (let index = 0; index < config.nodes; index += 1) {
      const node = new NodeHandle(this.clock, index, (dead, how) => this.nodeExited(dead, how));
      node.setNice(config.nice);
      this.nodes.push(node);
    }
    await Promise.all(this.nodes.map((node) => node.ask({ op: 'boot', node: node.index, config, folder })));
    await Promise.all(this.nodes.map((node) => node.ask({ op: 'join-mesh', nodes: config.nodes })));
    await Promise.all(this.nodes.map((node) => node.ask({ op: 'listen', port: this.port })));
  }

  /** Asks every living node and waits for all; one that dies meanwhile is out, one that stays silent rejects. */
  async askAll(request: NodeRequest, timeoutMs: number | null = ANSWER_MS): Promise<void> {
    const ask = async (node: NodeHandle): Promise<void> => {
      try {
        await node.ask(request, timeoutMs);
      } catch (error) {
        if (node.alive) throw error;
      }
    };
    await Promise.all(this.living().map(ask));
  }

  /** Asks one living node; rejects with a NodeError when there is none. */
  async askOne(request: NodeRequest): Promise<void> {
    const [node] = this.living();
    if (node === undefined) throw new NodeError('no_node', 'no node lives');
    await node.ask(request, ANSWER_MS);
  }

  /** What every node says of itself; a silent one with its last words. */
  observe(): Promise<NodeReport[]> {
    return Promise.all(this.nodes.map((node) => this.observeNode(node)));
  }

  /** The first processes of one node, or of all that answer in time, by one measure. */
  async processes(query: ProcessQuery, node: number | null = null): Promise<ProcessPage> {
    const asked = this.living().filter(({ index }) => node === null || index === node);
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
    return home.ask({ op: 'process', id }, OBSERVE_MS);
  }

  /** Puts a fault in force on all nodes before it resolves with the id. */
  async inject(order: Omit<FaultOrder, 'id'>): Promise<string> {
    this.lastFault += 1;
    const fault = { ...order, id: `f${this.lastFault}` };
    this.faults.set(fault.id, fault);
    await this.askAll({ op: 'inject', order: fault });
    if (fault.ttlMs !== null) this.clock.after(fault.ttlMs, () => this.faults.delete(fault.id));
    return fault.id;
  }

  /** Lifts a fault everywhere; false when there is none of that id. */
  async lift(id: string): Promise<boolean> {
    if (!this.faults.delete(id)) return false;
    await this.askAll({ op: 'lift', id });
    return true;
  }

  activeFaults(): FaultOrder[] {
    return [...this.faults.values()];
  }

  /** Drains and ends every node; one that takes longer than the drain may is killed. Resolves when all are gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    // The mesh stands on open sockets, not on their files; whoever loses patience and kills us leaves none behind.
    this.removeFolder();
    await Promise.all(this.living().map((node) => this.stopNode(node)));
  }

  /** Ends every node at once. */
  kill(): void {
    this.stopping = true;
    for (const node of this.living()) node.kill('SIGKILL');
  }

  private removeFolder(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async stopNode(node: NodeHandle): Promise<void> {
    const { drainShutdownMs: graceMs, channelShutdownMs } = this.config;
    const limitMs = graceMs + COWBOY_DRAIN_MS + channelShutdownMs + EXIT_MS;
    const isDone = await node.ask({ op: 'stop', graceMs }, limitMs).then(
      () => true,
      () => false,
    );
    if (isDone) await this.goneWithin(node, EXIT_MS);
    node.kill('SIGKILL');
    // One that could not even be started has no end to wait for.
    await this.goneWithin(node, EXIT_MS);
  }

  private goneWithin(node: NodeHandle, ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer: Timer = this.clock.after(ms, resolve);
    return Promise.race([node.gone, promise]).finally(() => timer.cancel());
  }

  private living(): NodeHandle[] {
    return this.nodes.filter((node) => node.alive);
  }

  private async observeNode(node: NodeHandle): Promise<NodeReport> {
    let stale = true;
    try {
      node.lastSnapshot = (await node.ask({ op: 'observe' }, OBSERVE_MS)) as NodeSnapshot;
      stale = false;
    } catch {
      // Dead or silent: its last figures stand in, marked as such.
    }
    return {
      name: `node${node.index}`,
      osPid: node.osPid,
      alive: node.alive,
      stale,
      snapshot: node.lastSnapshot,
    };
  }

  private nodeExited(node: NodeHandle, how: string): void {
    if (!this.stopping)
      this.log(`node${node.index} (pid ${node.osPid}) died: ${how}; the others keep serving`);
  }
}
