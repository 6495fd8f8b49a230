import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerConfig } from './config.ts';
import type { FaultOrder } from './faults/fault.ts';
import { NodeHandle } from './node-handle.ts';
import type { NodeRequest } from './node-protocol.ts';
import type { Clock } from './otp/clock.ts';
import type { NodeSnapshot } from './telemetry/observer.ts';

const OBSERVE_MS = 600;
const ANSWER_MS = 5_000;
const STOP_GRACE_MS = 1_200;
const STOP_ANSWER_MS = 1_800;

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
  readonly nodes: NodeHandle[] = [];
  port = 0;
  private readonly config: ServerConfig;
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
    process.on('exit', () => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Boots every node, completes the mesh, then opens the port. Rejects with EADDRINUSE before anything runs. */
  async start(): Promise<void> {
    const { config, folder } = this;
    this.port = await claimPort(config.host, config.port);
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

  /** Asks one living node. */
  async askOne(request: NodeRequest): Promise<void> {
    await this.living()[0]?.ask(request, ANSWER_MS);
  }

  /** What every node says of itself; a silent one with its last words. */
  observe(): Promise<NodeReport[]> {
    return Promise.all(this.nodes.map((node) => this.observeNode(node)));
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

  /** Drains and ends every node, within about two seconds. */
  async stop(): Promise<void> {
    this.stopping = true;
    const ends = this.living().map((node) =>
      node.ask({ op: 'stop', graceMs: STOP_GRACE_MS }, STOP_ANSWER_MS),
    );
    await Promise.allSettled(ends);
    this.kill();
  }

  /** Ends every node at once. */
  kill(): void {
    this.stopping = true;
    for (const node of this.living()) node.kill('SIGKILL');
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
