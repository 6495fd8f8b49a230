import type { Socket } from 'node:net';
import type { Clock, Timer } from '../otp/clock.ts';
import type { Fanned } from './fanned.ts';
import { encodeControl, MeshReader, type Control, type FrameSink } from './mesh-frame.ts';

/** How long the other end may take to say who it is, in milliseconds: net_setuptime. */
const HELLO_MS = 7_000;
/** A quarter of net_ticktime, in milliseconds. */
const TICK_MS = 15_000;
/** So many ticks without a byte from the other end and it counts as out of reach: after 60 s. */
const SILENT_TICKS = 4;
/** What may wait for a node that does not read, in bytes; one that is further behind is out of reach. */
const LARGEST_BACKLOG_BYTES = 64 * 1024 * 1024;

const TICK = encodeControl({ op: 'tick' });

/** What a link tells the mesh. */
export interface LinkEvents {
  hello(node: number): void;
  fanned(shard: number, message: Fanned): void;
  control(control: Control): void;
  /** Once, whichever side ended it. */
  closed(): void;
}

/** One connection to another node: frames in their order, at most once, never waiting for a reader. */
export class MeshLink implements FrameSink {
  /** Who is at the other end; -1 until its hello. */
  node = -1;
  /** Which life of that node. */
  incarnation = '';
  private readonly socket: Socket;
  private readonly clock: Clock;
  private readonly events: LinkEvents;
  private readonly reader = new MeshReader();
  private timer: Timer;
  private silentTicks = 0;
  private open = true;

  constructor(socket: Socket, clock: Clock, events: LinkEvents) {
    this.socket = socket;
    this.clock = clock;
    this.events = events;
    this.timer = clock.after(HELLO_MS, () => this.close());
    socket.on('data', (piece: Buffer) => this.receive(piece));
    socket.on('error', () => this.close());
    socket.on('close', () => this.close());
  }

  control(control: Control): void {
    if (!this.open) return;
    if (this.node >= 0) this.events.control(control);
    else if (control.op === 'hello') this.greet(control.node, control.incarnation);
    else this.close();
  }

  fanned(shard: number, message: Fanned): void {
    if (this.open && this.node >= 0) this.events.fanned(shard, message);
  }

  /** Queues a frame behind all others. A node too far behind loses the connection, and what waits is lost with it. */
  write(frame: Buffer): void {
    if (!this.open) return;
    this.socket.write(frame);
    if (this.socket.writableLength > LARGEST_BACKLOG_BYTES) this.close();
  }

  tell(control: Control): void {
    this.write(encodeControl(control));
  }

  /** Cuts the connection, now: nothing more comes in or goes out. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    this.timer.cancel();
    this.socket.destroy();
    this.events.closed();
  }

  private receive(piece: Buffer): void {
    if (!this.open) return;
    this.silentTicks = 0;
    try {
      this.reader.feed(piece, this);
    } catch {
      // Not the speech of a node.
      this.close();
    }
  }

  private greet(node: number, incarnation: string): void {
    this.node = node;
    this.incarnation = incarnation;
    this.timer.cancel();
    this.timer = this.clock.after(TICK_MS, () => this.tick());
    this.events.hello(node);
  }

  private tick(): void {
    this.silentTicks += 1;
    if (this.silentTicks > SILENT_TICKS) return this.close();
    this.timer = this.clock.after(TICK_MS, () => this.tick());
    this.write(TICK);
  }
}
