/**
 * What lies between a connection and its socket while something is wrong with
 * the link: a lane of stages each way, a reading that is stopped, frames that
 * are not what they were. There is none while no fault is on.
 */
import { Lane, type LaneOwner } from './lane.ts';
import type { Stage } from './stage.ts';

/** The two ends of a link, as it sees them. */
export type LinkEnds = {
  /** Bytes leave by the socket. */
  leave(bytes: Buffer): void;
  /** From here to `leaveNow` what leaves is gathered, to leave as one: a crowd that is let go costs a write each. */
  leaveTogether?(): void;
  leaveNow?(): void;
  /** Bytes reach the client; they are only good until the call returns. */
  arrive(buffer: Buffer, bytes: number): void;
  stopReading(): void;
  readOn(): void;
  /** Cuts with RST. */
  reset(detail: string): void;
  /** Nothing is wrong any more, and nothing waits: the two ends meet again. */
  smooth(): void;
};

/** What becomes of a frame that the client sends; null when it is not written. */
export type FrameFilter = (frame: Buffer) => Buffer | null;

/** One thing that is wrong with one link. Its stages are that link's own; all else may be shared. */
export type Condition = {
  out?: Stage | null;
  in?: Stage | null;
  filter?: FrameFilter;
  /** Nothing is read from the socket; what has been read goes on. */
  stopsReading?: boolean;
};

/** The links of a process that are rough now. */
export type RoughLinks = Set<RoughLink>;

type Held = { by: object; condition: Condition };

const NO_CONDITIONS: Held[] = [];

/** With so much under way to the client nothing more is read: a link holds a window of it and no more. In bytes. */
const WINDOW_BYTES = 65_536;

export class RoughLink implements LaneOwner {
  readonly out = new Lane(this);
  readonly in = new Lane(this);
  readonly #links: RoughLinks;
  #conditions = NO_CONDITIONS;
  #ends: LinkEnds | null = null;
  /** Reasons why nothing is read. */
  #stops = 0;
  #isFull = false;
  /** True once it is smooth again, or the connection is gone. */
  isOver = false;

  constructor(links: RoughLinks) {
    this.#links = links;
    links.add(this);
  }

  /** Says between which ends it lies. */
  attach(ends: LinkEnds): void {
    this.#ends = ends;
    if (this.#stops > 0) ends.stopReading();
  }

  isHeldBy(by: object): boolean {
    for (const held of this.#conditions) if (held.by === by) return true;
    return false;
  }

  /** Something goes wrong until `lift` is called with the same `by`, who has nothing else on it. */
  add(by: object, condition: Condition): void {
    const held = { by, condition };
    this.#conditions = this.#conditions.length === 0 ? [held] : [...this.#conditions, held];
    if (condition.out) this.out.add(condition.out);
    if (condition.in) this.in.add(condition.in);
    if (condition.stopsReading) this.#stop(1);
  }

  /** What was wrong by that one is over: all that waited for it alone goes on. */
  lift(by: object): void {
    const [first] = this.#conditions;
    // Most links have one trouble at a time, and a lift goes through all of them: no closure for those.
    const isOnly = this.#conditions.length === 1 && first?.by === by;
    const lifted = isOnly ? first : this.#conditions.find((held) => held.by === by);
    if (!lifted) return;
    this.#conditions = isOnly ? NO_CONDITIONS : this.#conditions.filter((held) => held !== lifted);
    const { condition } = lifted;
    if (condition.out) this.#letLeave(condition.out);
    if (condition.in) this.in.remove(condition.in);
    if (condition.stopsReading) this.#stop(-1);
    if (this.#conditions.length === 0 && this.#retire()) this.#ends?.smooth();
  }

  /** What waits there goes on. */
  #letLeave(stage: Stage): void {
    const ends = this.#ends;
    if (this.out.waitingBytes === 0) return this.out.remove(stage);
    ends?.leaveTogether?.();
    this.out.remove(stage);
    ends?.leaveNow?.();
  }

  /** The connection is gone: nothing that waits goes anywhere. */
  end(): void {
    if (!this.#retire()) return;
    this.#conditions = NO_CONDITIONS;
    this.out.clear();
    this.in.clear();
  }

  /** False when it was over already. */
  #retire(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    return this.#links.delete(this);
  }

  /** Called with a frame of the client's. */
  send(frame: Buffer): void {
    const left = this.filtered(frame);
    if (left !== null) this.out.take(left);
  }

  /** What is left of a frame of the client's; null when it is not written. */
  filtered(frame: Buffer): Buffer | null {
    let left: Buffer | null = frame;
    for (const { condition } of this.#conditions) {
      if (left !== null && condition.filter) left = condition.filter(left);
    }
    return left;
  }

  /** Called with what was read, which the next read overwrites. */
  arrived(buffer: Buffer, bytes: number): void {
    if (this.in.isEmpty) this.#ends?.arrive(buffer, bytes);
    else this.in.take(Buffer.from(buffer.subarray(0, bytes)));
  }

  passed(lane: Lane, bytes: Buffer): void {
    if (lane === this.out) this.#ends?.leave(bytes);
    else this.#ends?.arrive(bytes, bytes.length);
  }

  weighed(lane: Lane): void {
    if (lane !== this.in) return;
    const isFull = lane.waitingBytes >= (this.#isFull ? WINDOW_BYTES / 2 : WINDOW_BYTES);
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#stop(isFull ? 1 : -1);
  }

  cut(detail: string): void {
    this.#ends?.reset(detail);
  }

  /** Reading is stopped for one reason more, or one less. */
  #stop(by: 1 | -1): void {
    const before = this.#stops;
    this.#stops += by;
    if (before === 0) this.#ends?.stopReading();
    else if (this.#stops === 0) this.#ends?.readOn();
  }
}
