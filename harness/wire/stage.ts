/**
 * One obstacle in one direction of a link, and what waits at it. Parcels leave
 * it in the order in which they came; when it is taken away all of them go on.
 */
import type { Clock } from '../base/clock.ts';
import { WheelTimer, type TimerWheel } from '../base/timer-wheel.ts';

/** What travels: bytes, or something that is to happen behind them, such as a connect or an end. */
export type Parcel = Buffer | (() => void);

/** What obstacles measure time with. */
export type StageTime = { clock: Clock; wheel: TimerWheel };

/** Where a stage stands, and what lies behind the last one. */
export type StageHome = {
  /** The parcel has passed the last stage. */
  exit(parcel: Parcel): void;
  /** So many bytes more wait, or fewer. */
  weighs(bytes: number): void;
  /** The link breaks. */
  cut(detail: string): void;
};

/** `atUs`: when it came, or when it may leave. */
type Waiting = { parcel: Parcel; atUs: number; next: Waiting | null };

export abstract class Stage extends WheelTimer {
  protected readonly time: StageTime;
  protected head: Waiting | null = null;
  #tail: Waiting | null = null;
  #home: StageHome | null = null;
  #next: Stage | null = null;

  constructor(time: StageTime) {
    super();
    this.time = time;
  }

  /** A parcel has come as far as here. */
  abstract take(parcel: Parcel): void;

  /** Joins a lane, as its last stage. */
  join(home: StageHome): void {
    this.#home = home;
  }

  /** Says which stage comes next; null for none. */
  follow(next: Stage | null): void {
    this.#next = next;
  }

  protected passOn(parcel: Parcel): void {
    if (this.#next !== null) this.#next.take(parcel);
    else this.#home?.exit(parcel);
  }

  protected cut(detail: string): void {
    this.#home?.cut(detail);
  }

  /** Keeps a parcel behind those that wait. */
  protected keep(parcel: Parcel, atUs: number): void {
    const waiting: Waiting = { parcel, atUs, next: null };
    if (this.#tail === null) this.head = waiting;
    else this.#tail.next = waiting;
    this.#tail = waiting;
    this.#home?.weighs(sizeOf(parcel));
  }

  /** The first that waits goes on. It weighs until it has: who reads on because it is gone must not overtake it. */
  protected passFirst(first: Waiting): void {
    this.head = first.next;
    if (first.next === null) this.#tail = null;
    this.passOn(first.parcel);
    this.#home?.weighs(-sizeOf(first.parcel));
  }

  /** So many bytes of the first that waits go on; it has more. */
  protected passPiece(first: Waiting, whole: Buffer, bytes: number): void {
    first.parcel = whole.subarray(bytes);
    this.passOn(whole.subarray(0, bytes));
    this.#home?.weighs(-bytes);
  }

  /** All that waits goes on now. */
  flush(): void {
    for (let first = this.head; first !== null; first = this.head) this.passFirst(first);
    this.time.wheel.cancel(this);
  }

  /** The link is no more: what waits goes nowhere. */
  clear(): void {
    this.time.wheel.cancel(this);
    this.head = null;
    this.#tail = null;
    this.#home = null;
    this.#next = null;
  }

  /** The first that waits may be due; one that never arms itself has nothing to do here. */
  expire(_nowUs: number): void {}
}

/** Bytes of a parcel; what merely happens has none. */
export function sizeOf(parcel: Parcel): number {
  return typeof parcel === 'function' ? 0 : parcel.length;
}
