/**
 * One direction of a rough link: the stages that what travels passes, oldest
 * first. A stage that comes later stands nearer to the exit, so that nothing
 * gets by it that was under way; with no stage everything passes at once.
 */
import { sizeOf, type Parcel, type Stage, type StageHome } from './stage.ts';

/** Who is told what a lane does. */
export type LaneOwner = {
  /** Bytes have come through. */
  passed(lane: Lane, bytes: Buffer): void;
  /** More bytes wait in it, or fewer. */
  weighed(lane: Lane): void;
  /** One of its stages breaks the link. */
  cut(detail: string): void;
};

const NONE: Stage[] = [];

export class Lane implements StageHome {
  readonly #owner: LaneOwner;
  #stages = NONE;
  /** Bytes that wait at any of the stages. */
  waitingBytes = 0;
  #isOver = false;
  #isDelivering = false;
  /** What came to the exit while something was being handed over there. */
  #late: Parcel[] | null = null;

  constructor(owner: LaneOwner) {
    this.#owner = owner;
  }

  get isEmpty(): boolean {
    return this.#stages.length === 0;
  }

  /** Something travels. */
  take(parcel: Parcel): void {
    const first = this.#stages[0];
    if (first === undefined) this.exit(parcel);
    else first.take(parcel);
  }

  add(stage: Stage): void {
    stage.join(this);
    this.#stages.at(-1)?.follow(stage);
    this.#stages = this.#stages.length === 0 ? [stage] : [...this.#stages, stage];
  }

  /** Takes a stage away; what waits at it goes on, behind what waits further on. */
  remove(stage: Stage): void {
    stage.flush();
    const at = this.#stages.indexOf(stage);
    if (at < 0) return;
    this.#stages[at - 1]?.follow(this.#stages[at + 1] ?? null);
    this.#stages = this.#stages.length === 1 ? NONE : this.#stages.filter((other) => other !== stage);
  }

  /**
   * Whoever is handed something may, before it is done with it, make the next
   * one leave: by a poke at the timer wheel, or by its answer. That one waits.
   */
  exit(parcel: Parcel): void {
    if (this.#isOver) return;
    if (this.#isDelivering) {
      this.#late ??= [];
      this.#late.push(parcel);
      return this.weighs(sizeOf(parcel));
    }
    this.#isDelivering = true;
    try {
      this.#hand(parcel);
      for (let next = this.#late?.shift(); next !== undefined; next = this.#late?.shift()) {
        this.weighs(-sizeOf(next));
        this.#hand(next);
      }
    } finally {
      this.#isDelivering = false;
    }
  }

  #hand(parcel: Parcel): void {
    if (typeof parcel === 'function') parcel();
    else this.#owner.passed(this, parcel);
  }

  weighs(bytes: number): void {
    this.waitingBytes += bytes;
    this.#owner.weighed(this);
  }

  cut(detail: string): void {
    this.#owner.cut(detail);
  }

  /** The link is no more: nothing that waits goes anywhere, and nothing that comes. */
  clear(): void {
    this.#isOver = true;
    for (const stage of this.#stages) stage.clear();
    this.#stages = NONE;
    this.#late = null;
    this.waitingBytes = 0;
  }
}
