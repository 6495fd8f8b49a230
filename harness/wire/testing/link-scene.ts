/**
 * A rough link in memory on a clock that stands still: the test is the client,
 * the socket and the kernel behind it.
 */
import { ManualClock } from '../../base/clock.ts';
import { TimerWheel } from '../../base/timer-wheel.ts';
import { RoughLink, type Condition, type LinkEnds, type RoughLinks } from '../rough-link.ts';
import type { Stage } from '../stage.ts';

/** `at 30: abc`: what came through, and how many milliseconds after the start. */
type Passed = string;

export class LinkScene implements LinkEnds {
  readonly clock = new ManualClock(1_000_000_000);
  readonly wheel = new TimerWheel(this.clock);
  readonly links: RoughLinks = new Set();
  /** What a connection would hold: none while nothing is wrong. */
  link: RoughLink | null = null;
  readonly left: Passed[] = [];
  readonly arrived: Passed[] = [];
  readonly cuts: string[] = [];
  /** Called with what arrives. */
  onArrive: ((bytes: Buffer) => void) | null = null;
  isReading = true;
  #isHearing = false;
  /** What the kernel keeps while nothing is read. */
  readonly #kernel: Buffer[] = [];

  /** Something goes wrong; returns what lifts it. */
  roughen(condition: Condition): () => void {
    const by = {};
    if (this.link === null) {
      this.link = new RoughLink(this.links);
      this.link.attach(this);
    }
    this.link.add(by, condition);
    return () => this.link?.lift(by);
  }

  out(stage: Stage): () => void {
    return this.roughen({ out: stage });
  }

  in(stage: Stage): () => void {
    return this.roughen({ in: stage });
  }

  send(bytes: string | Buffer): void {
    const copy = Buffer.from(bytes as string);
    if (this.link) this.link.send(copy);
    else this.leave(copy);
  }

  /** The server sends. */
  say(bytes: string | Buffer): void {
    const copy = Buffer.from(bytes as string);
    if (!this.isReading) this.#kernel.push(copy);
    else this.#read(copy);
  }

  #read(bytes: Buffer): void {
    if (!this.link) return this.arrive(bytes, bytes.length);
    // As from the buffer that all reads share: it is somebody else's when the call returns.
    this.link.arrived(bytes, bytes.length);
    bytes.fill(0);
  }

  advanceMs(ms: number): void {
    this.clock.advanceUs(ms * 1_000);
  }

  #at(bytes: Buffer): Passed {
    return `at ${this.clock.nowUs() / 1_000 - 1_000_000}: ${bytes.toString('latin1')}`;
  }

  leave(bytes: Buffer): void {
    this.left.push(this.#at(bytes));
  }

  arrive(buffer: Buffer, bytes: number): void {
    if (this.#isHearing) throw new Error('handed something while it was handed something else');
    this.#isHearing = true;
    const copy = Buffer.from(buffer.subarray(0, bytes));
    this.arrived.push(this.#at(copy));
    this.onArrive?.(copy);
    this.#isHearing = false;
  }

  stopReading(): void {
    this.isReading = false;
  }

  readOn(): void {
    this.isReading = true;
    while (this.isReading && this.#kernel.length > 0) this.#read(this.#kernel.shift() ?? Buffer.alloc(0));
  }

  reset(detail: string): void {
    this.cuts.push(detail);
    this.link?.end();
    this.link = null;
  }

  smooth(): void {
    this.link = null;
  }
}

/** The bytes of what came through, without the times. */
export function bytesOf(passed: readonly Passed[]): string {
  return passed.map((one) => one.slice(one.indexOf(': ') + 2)).join('');
}
