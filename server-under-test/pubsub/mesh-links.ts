import type { Socket } from 'node:net';
import type { Clock } from '../otp/clock.ts';
import type { Fanned } from './fanned.ts';
import { MeshCall } from './mesh-call.ts';
import { MeshDoor } from './mesh-door.ts';
import type { Control } from './mesh-frame.ts';
import { MeshLink } from './mesh-link.ts';

/** Who this node is to the others, and which life of it. */
export interface Identity {
  readonly node: number;
  readonly incarnation: string;
}

/** What the links tell the mesh. */
export interface LinksEvents {
  up(node: number): void;
  down(node: number): void;
  fanned(shard: number, message: Fanned): void;
  control(node: number, control: Control): void;
}

/**
 * Who is connected: one link per node, and the orders to keep some of them.
 *
 *     caller ── hello ──▶ called      the called one answers only whom it lets in,
 *            ◀── hello ──             so a refused caller was never up at either end
 */
export class MeshLinks {
  /** Nodes in reach, by index. */
  readonly up = new Map<number, MeshLink>();
  private readonly self: Identity;
  private readonly clock: Clock;
  private readonly events: LinksEvents;
  private readonly door = new MeshDoor((socket) => void this.add(socket, null));
  /** Every open link, those without a hello included, and the call that opened it. */
  private readonly open = new Map<MeshLink, MeshCall | null>();
  /** By path: a node has one order to keep it, or two would replace each other's links for ever. */
  private readonly calls = new Map<string, MeshCall>();
  private readonly cuts = new Set<number>();
  private closing = false;

  constructor(self: Identity, clock: Clock, events: LinksEvents) {
    this.self = self;
    this.clock = clock;
    this.events = events;
  }

  listen(path: string): Promise<void> {
    return this.door.open(path);
  }

  /** Keeps the node at `path` on the line from now on. */
  call(path: string, node: number | null): Promise<void> {
    const call: MeshCall = new MeshCall(path, node, {
      clock: this.clock,
      mayCall: (called) => !this.closing && (called === null || !this.cuts.has(called)),
      connected: (socket) => {
        this.add(socket, call).tell({ op: 'hello', ...this.self });
      },
    });
    this.calls.get(path)?.end();
    this.calls.set(path, call);
    return call.start();
  }

  cut(node: number): void {
    this.cuts.add(node);
    this.up.get(node)?.close();
  }

  heal(node: number): void {
    if (this.cuts.delete(node)) this.hurry(node);
  }

  /** Nodes this one is cut off from. */
  get cutOff(): readonly number[] {
    return [...this.cuts];
  }

  /** Calls a node that is out of reach now, if it is ours to call. */
  hurry(node: number): void {
    if (this.up.has(node)) return;
    for (const call of this.calls.values()) if (call.node === node) call.hurry();
  }

  close(): void {
    this.closing = true;
    this.door.close();
    for (const call of this.calls.values()) call.end();
    for (const link of this.open.keys()) link.close();
  }

  private add(socket: Socket, call: MeshCall | null): MeshLink {
    const link: MeshLink = new MeshLink(socket, this.clock, {
      hello: (node) => this.hello(link, call, node),
      fanned: (shard, message) => this.events.fanned(shard, message),
      control: (control) => this.events.control(link.node, control),
      closed: () => this.closed(link),
    });
    this.open.set(link, call);
    return link;
  }

  private hello(link: MeshLink, call: MeshCall | null, node: number): void {
    if (call !== null) call.node = node;
    if (this.closing || node === this.self.node || this.cuts.has(node)) return link.close();
    if (call === null) link.tell({ op: 'hello', ...this.self });
    // The node has a new life, or knows that the old connection is gone.
    this.up.get(node)?.close();
    this.up.set(node, link);
    call?.answered();
    this.events.up(node);
  }

  private closed(link: MeshLink): void {
    const call = this.open.get(link);
    this.open.delete(link);
    if (this.up.get(link.node) === link) {
      this.up.delete(link.node);
      if (!this.closing) this.events.down(link.node);
    }
    call?.lost(new Error('the node closed the connection before it said hello'));
  }
}
