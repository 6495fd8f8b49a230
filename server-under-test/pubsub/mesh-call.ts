import { connect, type Socket } from 'node:net';
import type { Clock, Timer } from '../otp/clock.ts';

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 1_600;

/** What a call needs of the mesh. */
export interface Caller {
  readonly clock: Clock;
  /** False while the node is cut off: then the call rests until it is hurried. */
  mayCall(node: number | null): boolean;
  /** The line stands; who is there is not known yet. */
  connected(socket: Socket): void;
}

/** The standing order to keep one node on the line: called again after each loss, with a back-off. */
export class MeshCall {
  /** Whom it reaches; null until that node said it, unless the caller knew. */
  node: number | null;
  private readonly path: string;
  private readonly caller: Caller;
  private delayMs = FIRST_DELAY_MS;
  private timer: Timer | null = null;
  private calling = false;
  private ended = false;
  private settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | null = null;

  constructor(path: string, node: number | null, caller: Caller) {
    this.path = path;
    this.node = node;
    this.caller = caller;
  }

  /** Calls for the first time; resolves when the node answered, rejects when it did not, and goes on calling all the same. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.dial();
    });
  }

  /** The node said hello. */
  answered(): void {
    this.calling = false;
    this.delayMs = FIRST_DELAY_MS;
    this.settle?.resolve();
    this.settle = null;
  }

  /** The line is gone, or never stood. */
  lost(error: Error): void {
    this.calling = false;
    this.settle?.reject(error);
    this.settle = null;
    if (this.ended || !this.caller.mayCall(this.node)) return;
    this.timer = this.caller.clock.after(this.delayMs, () => this.dial());
    this.delayMs = Math.min(this.delayMs * 2, LONGEST_DELAY_MS);
  }

  /** Calls now, whatever the back-off says. */
  hurry(): void {
    if (this.calling) return;
    this.timer?.cancel();
    this.delayMs = FIRST_DELAY_MS;
    this.dial();
  }

  /** Never calls again. */
  end(): void {
    this.ended = true;
    this.timer?.cancel();
    this.timer = null;
  }

  private dial(): void {
    this.timer = null;
    // Cut off meanwhile: whoever heals it hurries the call.
    if (this.ended || !this.caller.mayCall(this.node)) return;
    this.calling = true;
    const socket = connect(this.path);
    const fail = (error: Error): void => this.lost(error);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.off('error', fail);
      if (!this.ended && this.caller.mayCall(this.node)) return this.caller.connected(socket);
      socket.destroy();
      this.lost(new Error('the node was cut off'));
    });
  }
}
