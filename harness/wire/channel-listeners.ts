/** What a script wants to hear on one topic: handlers by event, and waiters for the next one. */
import type { TimerWheel } from '../base/timer-wheel.ts';
import { WheelTimer } from '../base/timer-wheel.ts';

export type Handler = (payload: unknown) => void;

/** How waiting for an event ended. */
export type Arrival = { status: 'ok'; payload: unknown } | { status: 'timeout' | 'lost'; payload: null };

export const TIMED_OUT: Arrival = Object.freeze({ status: 'timeout', payload: null });
export const LOST: Arrival = Object.freeze({ status: 'lost', payload: null });

class Waiter extends WheelTimer {
  readonly event: string;
  readonly fits: (payload: unknown) => boolean;
  readonly settle: (arrival: Arrival) => void;
  readonly #listeners: ChannelListeners;

  constructor(
    listeners: ChannelListeners,
    event: string,
    fits: (payload: unknown) => boolean,
    settle: (arrival: Arrival) => void,
  ) {
    super();
    this.#listeners = listeners;
    this.event = event;
    this.fits = fits;
    this.settle = settle;
  }

  expire(): void {
    this.#listeners.remove(this);
    this.settle(TIMED_OUT);
  }
}

export class ChannelListeners {
  readonly #wheel: TimerWheel;
  readonly #handlers = new Map<string, readonly Handler[]>();
  #waiters: readonly Waiter[] = [];

  constructor(wheel: TimerWheel) {
    this.#wheel = wheel;
  }

  /** True while anybody listens to anything. */
  get isListening(): boolean {
    return this.#handlers.size > 0 || this.#waiters.length > 0;
  }

  on(event: string, handler: Handler): void {
    this.#handlers.set(event, [...(this.#handlers.get(event) ?? []), handler]);
  }

  off(event: string): void {
    this.#handlers.delete(event);
  }

  wait(
    event: string,
    fits: (payload: unknown) => boolean,
    deadlineUs: number,
    settle: (arrival: Arrival) => void,
  ): void {
    const waiter = new Waiter(this, event, fits, settle);
    this.#waiters = [...this.#waiters, waiter];
    this.#wheel.arm(waiter, deadlineUs);
  }

  remove(waiter: Waiter): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
  }

  /** Everybody who listens hears it; true when somebody had waited for it. */
  hear(event: string, payload: unknown): boolean {
    let wasAwaited = false;
    for (const waiter of this.#waiters) {
      if (waiter.event !== event || waiter.dueTick < 0 || !waiter.fits(payload)) continue;
      this.#wheel.cancel(waiter);
      this.remove(waiter);
      waiter.settle({ status: 'ok', payload });
      wasAwaited = true;
    }
    for (const handler of this.#handlers.get(event) ?? []) handler(payload);
    return wasAwaited;
  }

  /** The connection or the channel went away: who waits has lost. */
  lose(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      this.#wheel.cancel(waiter);
      waiter.settle(LOST);
    }
  }
}
