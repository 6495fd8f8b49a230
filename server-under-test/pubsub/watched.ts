import type { Process } from '../otp/process.ts';

/** One monitor of another node on a process of this one. */
export interface WatchedFrom {
  readonly node: number;
  readonly ref: number;
}

/** The processes of this node that other nodes watch. */
export class Watched {
  private readonly byNode = new Map<number, Map<number, Process>>();
  /** Who watches a process, by node and ref as one text. */
  private readonly byProcess = new Map<Process, Map<string, WatchedFrom>>();
  private readonly idle: (process: Process) => void;

  /** `idle` hears of a process nobody watches any more. */
  constructor(idle: (process: Process) => void) {
    this.idle = idle;
  }

  has(process: Process): boolean {
    return this.byProcess.has(process);
  }

  processes(): Process[] {
    return [...this.byProcess.keys()];
  }

  add(process: Process, from: WatchedFrom): void {
    const ofNode = this.byNode.get(from.node);
    if (ofNode === undefined) this.byNode.set(from.node, new Map([[from.ref, process]]));
    else ofNode.set(from.ref, process);
    const name = `${from.node}.${from.ref}`;
    const ofProcess = this.byProcess.get(process);
    if (ofProcess === undefined) this.byProcess.set(process, new Map([[name, from]]));
    else ofProcess.set(name, from);
  }

  remove(node: number, ref: number): void {
    const ofNode = this.byNode.get(node);
    const process = ofNode?.get(ref);
    if (ofNode === undefined || process === undefined) return;
    ofNode.delete(ref);
    if (ofNode.size === 0) this.byNode.delete(node);
    const ofProcess = this.byProcess.get(process);
    ofProcess?.delete(`${node}.${ref}`);
    if (ofProcess?.size === 0) {
      this.byProcess.delete(process);
      this.idle(process);
    }
  }

  /** Forgets a node out of reach. */
  forgetNode(node: number): void {
    for (const ref of this.byNode.get(node)?.keys() ?? []) this.remove(node, ref);
  }

  /** Forgets a process that ended; hands out who is to be told. */
  forget(process: Process): readonly WatchedFrom[] {
    const watchers = [...(this.byProcess.get(process)?.values() ?? [])];
    for (const { node, ref } of watchers) this.remove(node, ref);
    return watchers;
  }
}
