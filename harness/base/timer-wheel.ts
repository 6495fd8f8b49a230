/**
 * One timer wheel for everything that falls due in a process: sends, deadlines,
 * heartbeats. Slots of 1 ms; entries are linked into their slot, so arming and
 * cancelling cost a few pointer writes and no allocation.
 */
import type { Alarm, Clock } from './clock.ts';

const SLOTS = 32_768;
const MASK = SLOTS - 1;
const TICK_US = 1_000;
/** How far ahead the wheel looks for its next occupied slot before it sleeps, in ticks. */
const LOOKAHEAD = 250;

/** Something that falls due. Subclass it and implement `expire`. */
export abstract class WheelTimer {
  /** Due tick (1 ms each), or −1 when not armed. */
  dueTick = -1;
  previousInSlot: WheelTimer | null = null;
  nextInSlot: WheelTimer | null = null;

  /** Called once, at or up to a tick after the due time. The timer may be armed again from here. */
  abstract expire(nowUs: number): void;
}

export class TimerWheel {
  readonly #clock: Clock;
  readonly #slots: (WheelTimer | null)[] = Array.from({ length: SLOTS }, () => null);
  #tick: number;
  #count = 0;
  #nextTick = Infinity;
  #alarm: Alarm | null = null;
  #alarmTick = Infinity;
  #advancing = false;
  readonly #due: WheelTimer[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#tick = Math.floor(clock.nowUs() / TICK_US);
  }

  /** Armed timers. */
  get size(): number {
    return this.#count;
  }

  /** Arms a timer for the given time on the clock; one that is armed is moved. */
  arm(timer: WheelTimer, dueUs: number): void {
    if (timer.dueTick >= 0) this.cancel(timer);
    const tick = Math.max(Math.ceil(dueUs / TICK_US), this.#tick + 1);
    timer.dueTick = tick;
    const slot = tick & MASK;
    const head = this.#slots[slot] ?? null;
    timer.nextInSlot = head;
    timer.previousInSlot = null;
    if (head) head.previousInSlot = timer;
    this.#slots[slot] = timer;
    this.#count += 1;
    if (tick < this.#nextTick) {
      this.#nextTick = tick;
      if (!this.#advancing) this.#schedule();
    }
  }

  /** Disarms a timer; one that is not armed stays so. */
  cancel(timer: WheelTimer): void {
    if (timer.dueTick < 0) return;
    const { previousInSlot, nextInSlot } = timer;
    if (previousInSlot) previousInSlot.nextInSlot = nextInSlot;
    else this.#slots[timer.dueTick & MASK] = nextInSlot;
    if (nextInSlot) nextInSlot.previousInSlot = previousInSlot;
    timer.previousInSlot = null;
    timer.nextInSlot = null;
    timer.dueTick = -1;
    this.#count -= 1;
  }

  /**
   * Runs what is due. The wheel calls itself; a busy reader calls it between
   * chunks so that sends are not late behind a flood of reads.
   */
  poke(nowUs: number): void {
    if (nowUs < this.#nextTick * TICK_US || this.#advancing) return;
    this.#advance(nowUs);
  }

  #advance(nowUs: number): void {
    this.#advancing = true;
    const target = Math.floor(nowUs / TICK_US);
    // After a long pause every slot is visited once: due ticks decide, not positions.
    let from = Math.max(this.#tick + 1, target - SLOTS + 1);
    for (; from <= target && this.#count > 0; from++) {
      this.#tick = from;
      // Collected first: an expire may cancel, move or arm any timer, its neighbours included.
      for (let timer = this.#slots[from & MASK] ?? null; timer; timer = timer.nextInSlot) {
        if (timer.dueTick <= target) this.#due.push(timer);
      }
      for (const timer of this.#due) {
        if (timer.dueTick < 0 || timer.dueTick > target) continue;
        this.cancel(timer);
        timer.expire(nowUs);
      }
      this.#due.length = 0;
    }
    this.#tick = target;
    this.#advancing = false;
    this.#nextTick = this.#findNext();
    this.#schedule();
  }

  #findNext(): number {
    if (this.#count === 0) return Infinity;
    for (let tick = this.#tick + 1; tick <= this.#tick + LOOKAHEAD; tick++) {
      for (let timer = this.#slots[tick & MASK] ?? null; timer; timer = timer.nextInSlot) {
        if (timer.dueTick <= tick) return tick;
      }
    }
    return this.#tick + LOOKAHEAD;
  }

  #schedule(): void {
    if (this.#nextTick === Infinity || this.#alarmTick === this.#nextTick) return;
    this.#alarm?.cancel();
    this.#alarmTick = this.#nextTick;
    this.#alarm = this.#clock.at(this.#nextTick * TICK_US, () => {
      this.#alarm = null;
      this.#alarmTick = Infinity;
      const nowUs = this.#clock.nowUs();
      if (nowUs >= this.#nextTick * TICK_US) this.#advance(nowUs);
      else this.#schedule();
    });
  }

  /** Calls off the wheel's own alarm; armed timers never fire after it. */
  stop(): void {
    this.#alarm?.cancel();
    this.#alarm = null;
    this.#alarmTick = Infinity;
    this.#nextTick = Infinity;
  }
}
