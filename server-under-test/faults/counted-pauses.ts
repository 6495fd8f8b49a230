import type { Clock } from '../otp/clock.ts';
import { Pauses } from '../otp/pauses.ts';
import type { Process } from '../otp/process.ts';
import type { Standing } from './fault.ts';

/** Pauses for some of those that come: how many came, and how many of them were made to wait. */
export class CountedPauses {
  private readonly pauses: Pauses;
  private came = 0;
  private hit = 0;

  constructor(clock: Clock) {
    this.pauses = new Pauses(clock);
  }

  /** The number of the one that comes now, from 1 on. */
  next(): number {
    this.came += 1;
    return this.came;
  }

  /** Makes the one that came wait; null as in `Pauses.start`. */
  start(ms: number, process: Process | null = null): Promise<void> | null {
    this.hit += 1;
    return this.pauses.start(ms, process);
  }

  /** The fault that does so; its lift lets go of all that wait, and `clear` of those to come. */
  standing(clear: () => void): Standing {
    return {
      lift: () => {
        clear();
        this.pauses.end();
      },
      count: () => this.hit,
      of: () => this.came,
    };
  }
}
