import { NodeDown, NodeUp, RemoteDown, RemoteMonitor } from '../otp/distribution.ts';
import type { Process } from '../otp/process.ts';

/** What the processes of this node watch elsewhere: whole nodes, and processes of other nodes. */
export class Watching {
  private readonly nodeWatchers = new Set<Process>();
  /** By node, so that a lost one is told without a look at the others; then by ref. */
  private readonly monitors = new Map<number, Map<number, RemoteMonitor>>();
  private readonly byWatcher = new Map<Process, Set<RemoteMonitor>>();
  private readonly idle: (watcher: Process) => void;
  private lastRef = 0;

  /** `idle` hears of a watcher whose last monitor is gone. */
  constructor(idle: (watcher: Process) => void) {
    this.idle = idle;
  }

  /** True when this process watches anything. */
  has(watcher: Process): boolean {
    return this.nodeWatchers.has(watcher) || this.byWatcher.has(watcher);
  }

  /** Everybody who watches anything. */
  watchers(): Process[] {
    return [...new Set([...this.nodeWatchers, ...this.byWatcher.keys()])];
  }

  watchNodes(watcher: Process): void {
    this.nodeWatchers.add(watcher);
  }

  add(watcher: Process, node: number, id: number, token: unknown): RemoteMonitor {
    this.lastRef += 1;
    const monitor = new RemoteMonitor(watcher, { node, id }, token, this.lastRef);
    const ofNode = this.monitors.get(node);
    if (ofNode === undefined) this.monitors.set(node, new Map([[monitor.ref, monitor]]));
    else ofNode.set(monitor.ref, monitor);
    const ofWatcher = this.byWatcher.get(watcher);
    if (ofWatcher === undefined) this.byWatcher.set(watcher, new Set([monitor]));
    else ofWatcher.add(monitor);
    return monitor;
  }

  /** False when it is gone already. */
  remove(monitor: RemoteMonitor): boolean {
    const ofNode = this.monitors.get(monitor.node);
    if (ofNode?.delete(monitor.ref) !== true) return false;
    if (ofNode.size === 0) this.monitors.delete(monitor.node);
    const ofWatcher = this.byWatcher.get(monitor.watcher);
    ofWatcher?.delete(monitor);
    if (ofWatcher?.size === 0) {
      this.byWatcher.delete(monitor.watcher);
      this.idle(monitor.watcher);
    }
    return true;
  }

  /** Forgets a dead watcher; hands out the monitors its targets' nodes still keep. */
  forget(watcher: Process): readonly RemoteMonitor[] {
    this.nodeWatchers.delete(watcher);
    const monitors = [...(this.byWatcher.get(watcher) ?? [])];
    for (const monitor of monitors) this.remove(monitor);
    return monitors;
  }

  /** The process behind a monitor ended. */
  down(node: number, ref: number, reason: string): void {
    const monitor = this.monitors.get(node)?.get(ref);
    if (monitor !== undefined) this.tell(monitor, reason);
  }

  nodeUp(node: number): void {
    for (const watcher of this.nodeWatchers) watcher.send(new NodeUp(node));
  }

  /** First the monitors of its processes, then the node itself. */
  nodeDown(node: number): void {
    for (const monitor of this.monitors.get(node)?.values() ?? []) this.tell(monitor, 'noconnection');
    for (const watcher of this.nodeWatchers) watcher.send(new NodeDown(node));
  }

  private tell(monitor: RemoteMonitor, reason: string): void {
    this.remove(monitor);
    monitor.watcher.send(new RemoteDown(monitor.node, monitor.id, reason, monitor.token));
  }
}
