import { systemClock, type Clock, type Timer } from '../../otp/clock.ts';

/** Real time that knows how many timers neither fired nor were cancelled: what is left when all is over was leaked. */
export class CountingClock implements Clock {
  private readonly waiting = new Set<Timer>();

  get pending(): number {
    return this.waiting.size;
  }

  nowMs(): number {
    return systemClock.nowMs();
  }

  wallMs(): number {
    return systemClock.wallMs();
  }

  after(delayMs: number, action: () => void): Timer {
    const inner = systemClock.after(delayMs, () => {
      this.waiting.delete(timer);
      action();
    });
    const timer: Timer = {
      cancel: () => {
        this.waiting.delete(timer);
        inner.cancel();
      },
    };
    this.waiting.add(timer);
    return timer;
  }

  soon(action: () => void): void {
    systemClock.soon(action);
  }
}
