import { NodeDown, NodeUp, RemoteMessage, type Distribution } from '../../otp/distribution.ts';
import type { ManualClock } from '../../otp/manual-clock.ts';
import type { Process } from '../../otp/process.ts';
import type { Runtime } from '../../otp/runtime.ts';

interface Station {
  readonly runtime: Runtime;
  readonly watchers: Process[];
}

/** Nodes in one process: messages take `delayMs`, go through JSON, and any pair can be cut and healed. */
export class MemoryNetwork {
  delayMs = 0;
  /** Everything sent, for tests that count. */
  readonly sent: Array<{ readonly from: number; readonly to: number; readonly payload: unknown }> = [];
  private readonly clock: ManualClock;
  private readonly stations = new Map<number, Station>();
  private readonly cuts = new Set<string>();

  constructor(clock: ManualClock) {
    this.clock = clock;
  }

  /** Plugs a node in; a second one with the same index takes the place of the first. */
  attach(runtime: Runtime): Distribution {
    const { node } = runtime;
    const watchers: Process[] = [];
    const station: Station = { runtime, watchers };
    this.stations.set(node, station);
    this.tell(node, new NodeUp(node));
    return {
      connected: () =>
        [...this.stations.keys()].filter((other) => other !== node && this.reaches(node, other)),
      send: (to, name, payload) => {
        if (this.stations.get(node) === station) this.send(node, to, name, JSON.stringify(payload));
      },
      watchNodes: (watcher) => void watchers.push(watcher),
    };
  }

  /** Unplugs a node, as its death does. */
  detach(node: number): void {
    this.stations.delete(node);
    this.tell(node, new NodeDown(node));
  }

  cut(a: number, b: number): void {
    this.cuts.add(pairOf(a, b));
    this.tellEachOther(a, b, (node) => new NodeDown(node));
  }

  heal(a: number, b: number): void {
    this.cuts.delete(pairOf(a, b));
    this.tellEachOther(a, b, (node) => new NodeUp(node));
  }

  private reaches(from: number, to: number): boolean {
    return this.stations.has(to) && !this.cuts.has(pairOf(from, to));
  }

  private send(from: number, to: number, name: string, json: string): void {
    if (!this.reaches(from, to)) return;
    const station = this.stations.get(to);
    this.sent.push({ from, to, payload: JSON.parse(json) as unknown });
    this.clock.after(this.delayMs, () => {
      // What is on its way when the cable is cut never arrives.
      if (!this.reaches(from, to) || this.stations.get(to) !== station) return;
      station?.runtime.whereIs(name)?.send(new RemoteMessage(from, JSON.parse(json)));
    });
  }

  private tell(about: number, message: unknown): void {
    for (const [node, { watchers }] of this.stations) {
      if (node !== about) for (const watcher of watchers) watcher.send(message);
    }
  }

  private tellEachOther(a: number, b: number, message: (node: number) => unknown): void {
    for (const watcher of this.stations.get(a)?.watchers ?? []) watcher.send(message(b));
    for (const watcher of this.stations.get(b)?.watchers ?? []) watcher.send(message(a));
  }
}

function pairOf(a: number, b: number): string {
  return `${Math.min(a, b)}-${Math.max(a, b)}`;
}
