/**
 * The one clock. Microseconds on the monotonic clock that all processes of a
 * host share, so a stamp taken in one worker can be compared in another.
 */

/** A pending callback that can be called off. */
export type Alarm = { cancel(): void };

export type Clock = {
  /** Microseconds since an origin common to all processes of this host. */
  nowUs(): number;
  /** Runs the callback once, at or after the given time; a time in the past means soon, never now. */
  at(dueUs: number, run: () => void): Alarm;
  /** The wall clock, for display only: milliseconds since 1970. */
  wallMs(): number;
};

/**
 * Where performance.now() stands on CLOCK_MONOTONIC, which all processes share;
 * hrtime reads that clock too, but allocates. A pre-emption between two readings
 * would shift a whole process by milliseconds, so the tightest of many pairs counts.
 */
function findOriginUs(): number {
  let origin = 0;
  let tightest = Infinity;
  for (let attempt = 0; attempt < 64; attempt++) {
    const beforeUs = hrtimeUs();
    const nowUs = performance.now() * 1e3;
    const gap = hrtimeUs() - beforeUs;
    if (gap >= tightest) continue;
    tightest = gap;
    origin = beforeUs + gap / 2 - nowUs;
  }
  return origin;
}

function hrtimeUs(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1e6 + nanos / 1e3;
}

const originUs = findOriginUs();

/** The machine's clock. Timers fire 0.5 to 1 ms late even when idle. */
export const realClock: Clock = {
  nowUs: () => originUs + performance.now() * 1e3,
  at(dueUs, run) {
    // Node counts a timeout from the loop's last look at the clock, so it may fire a little early.
    const wake = (): void => {
      if (realClock.nowUs() < dueUs) timer = arm();
      else run();
    };
    const arm = (): NodeJS.Timeout => {
      const delayMs = Math.max(0, Math.ceil((dueUs - realClock.nowUs()) / 1e3));
      return setTimeout(wake, Math.min(delayMs, 0x7fffffff));
    };
    let timer = arm();
    return { cancel: () => clearTimeout(timer) };
  },
  wallMs: () => Date.now(),
};

type Pending = { dueUs: number; order: number; run: () => void };

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowUs: number;
  #order = 0;
  #pending: Pending[] = [];

  constructor(startUs = 0) {
    this.#nowUs = startUs;
  }

  nowUs(): number {
    return this.#nowUs;
  }

  wallMs(): number {
    return this.#nowUs / 1e3;
  }

  at(dueUs: number, run: () => void): Alarm {
    const entry = { dueUs: Math.max(dueUs, this.#nowUs), order: this.#order++, run };
    this.#pending.push(entry);
    return {
      cancel: () => {
        const index = this.#pending.indexOf(entry);
        if (index >= 0) this.#pending.splice(index, 1);
      },
    };
  }

  /** Moves time forward, running what falls due on the way in order of due time. */
  advanceUs(us: number): void {
    const endUs = this.#nowUs + us;
    for (;;) {
      const next = this.#pending
        .filter((entry) => entry.dueUs <= endUs)
        .toSorted((a, b) => a.dueUs - b.dueUs || a.order - b.order)[0];
      if (!next) break;
      this.#pending.splice(this.#pending.indexOf(next), 1);
      this.#nowUs = next.dueUs;
      next.run();
    }
    this.#nowUs = endUs;
  }
}

/** A promise of the given time having passed on the clock. */
export function sleepMs(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.at(clock.nowUs() + ms * 1e3, resolve));
}
