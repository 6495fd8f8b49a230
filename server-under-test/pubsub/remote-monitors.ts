import type { RemoteMonitor } from '../otp/distribution.ts';
import { describeReason, type ExitReason } from '../otp/exit-reason.ts';
import type { EndHook } from '../otp/extras.ts';
import type { Process } from '../otp/process.ts';
import type { Runtime } from '../otp/runtime.ts';
import type { Control } from './mesh-frame.ts';
import { Watched } from './watched.ts';
import { Watching } from './watching.ts';

/** How other nodes are spoken to; false when that one is out of reach. */
export type Wire = (node: number, control: Control) => boolean;

/**
 * Monitors across nodes, both ends of them (phoenix-semantics 3.5).
 *
 *     watcher ─ Watching ══ monitor, demonitor ═▶ Watched ─ process
 *             ◀ RemoteDown ══════════════ down ══
 */
export class RemoteMonitors implements EndHook {
  private readonly runtime: Runtime;
  private readonly wire: Wire;
  private readonly watching = new Watching((watcher) => this.release(watcher));
  private readonly watched = new Watched((process) => this.release(process));

  constructor(runtime: Runtime, wire: Wire) {
    this.runtime = runtime;
    this.wire = wire;
  }

  /** Processes at either end that have a monitor; for the observer. */
  sizes(): { readonly watching: number; readonly watched: number } {
    return { watching: this.watching.watchers().length, watched: this.watched.processes().length };
  }

  watchNodes(watcher: Process): void {
    if (!watcher.alive) return;
    this.follow(watcher);
    this.watching.watchNodes(watcher);
  }

  monitor(watcher: Process, node: number, id: number, token: unknown): RemoteMonitor {
    if (watcher.alive) this.follow(watcher);
    const monitor = this.watching.add(watcher, node, id, token);
    if (!watcher.alive) this.watching.remove(monitor);
    else if (node === this.runtime.node) this.monitorHere(node, monitor.ref, id);
    else if (!this.wire(node, { op: 'monitor', ref: monitor.ref, id })) {
      this.watching.down(node, monitor.ref, 'noconnection');
    }
    return monitor;
  }

  demonitor(monitor: RemoteMonitor): void {
    if (this.watching.remove(monitor)) this.giveUp(monitor);
  }

  nodeUp(node: number): void {
    this.watching.nodeUp(node);
  }

  nodeDown(node: number): void {
    this.watched.forgetNode(node);
    this.watching.nodeDown(node);
  }

  /** A node monitors a process of this one. */
  monitorHere(node: number, ref: number, id: number): void {
    const process = this.runtime.find(id);
    if (process === null) return this.tellDown(node, ref, 'noproc');
    this.follow(process);
    this.watched.add(process, { node, ref });
  }

  demonitorHere(node: number, ref: number): void {
    this.watched.remove(node, ref);
  }

  /** A node says that a process watched from here ended. */
  down(node: number, ref: number, reason: string): void {
    this.watching.down(node, ref, reason);
  }

  /** One that watched or was watched ended: behind what it still sent, as exit signals are. */
  processEnded(process: Process, reason: ExitReason): void {
    for (const monitor of this.watching.forget(process)) this.giveUp(monitor);
    const text = describeReason(reason);
    for (const { node, ref } of this.watched.forget(process)) this.tellDown(node, ref, text);
  }

  private giveUp({ node, ref }: RemoteMonitor): void {
    if (node === this.runtime.node) this.watched.remove(node, ref);
    else this.wire(node, { op: 'demonitor', ref });
  }

  private tellDown(node: number, ref: number, reason: string): void {
    if (node === this.runtime.node) this.watching.down(node, ref, reason);
    else this.wire(node, { op: 'down', ref, reason });
  }

  // One hook per process, however much it watches and is watched.
  private follow(process: Process): void {
    if (!this.isFollowed(process)) process.onEnd(this);
  }

  private release(process: Process): void {
    if (!this.isFollowed(process)) process.offEnd(this);
  }

  private isFollowed(process: Process): boolean {
    return this.watching.has(process) || this.watched.has(process);
  }
}
