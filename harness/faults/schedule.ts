/**
 * Faults on the run's clock: each goes on and off at its time, and whatever is
 * still on when the run ends early is lifted. What cannot be lifted is said.
 */
import type { Alarm, Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import { FAULTS } from './catalogue.ts';
import { FaultGone, type FaultHands, type Lift } from './fault.ts';

/** What became of one planned fault; times from the first arrival, null when it did not happen. */
export type FaultSpan = {
  fault: PlannedFault;
  appliedAtMs: number | null;
  liftedAtMs: number | null;
  /** Why it could not be injected or lifted, or that it was over before its time: then it counts as lifted. */
  failure: string | null;
};

export type ScheduleListener = {
  onFault(span: FaultSpan, what: 'on' | 'off' | 'not-injected' | 'not-lifted'): void;
};

export class FaultSchedule {
  readonly spans: FaultSpan[];
  readonly #clock: Clock;
  readonly #hands: FaultHands;
  readonly #listener: ScheduleListener;
  readonly #alarms: Alarm[] = [];
  readonly #active = new Map<FaultSpan, Lift>();
  #injecting: Promise<void>[] = [];
  #startUs = 0;
  #ended = false;

  constructor(clock: Clock, faults: readonly PlannedFault[], hands: FaultHands, listener: ScheduleListener) {
    this.#clock = clock;
    this.#hands = hands;
    this.#listener = listener;
    this.spans = faults.map((fault) => ({ fault, appliedAtMs: null, liftedAtMs: null, failure: null }));
  }

  /** Faults that are on. */
  active(): PlannedFault[] {
    return [...this.#active.keys()].map((span) => span.fault);
  }

  /** True when some fault was injected and could not be lifted. */
  get notLifted(): FaultSpan[] {
    return this.spans.filter((span) => span.appliedAtMs !== null && span.liftedAtMs === null);
  }

  start(startUs: number): void {
    this.#startUs = startUs;
    for (const span of this.spans) {
      const onUs = startUs + span.fault.atMs * 1e3;
      this.#alarms.push(this.#clock.at(onUs, () => this.#injecting.push(this.#inject(span))));
    }
  }

  async #inject(span: FaultSpan): Promise<void> {
    if (this.#ended) return;
    try {
      const fault = FAULTS[span.fault.kind];
      if (!fault) throw new Error(`no fault ${span.fault.kind}`);
      const lift = await fault.inject(span.fault, this.#hands);
      span.appliedAtMs = this.#nowMs();
      this.#active.set(span, lift);
      this.#listener.onFault(span, 'on');
    } catch (error) {
      span.failure = messageOf(error);
      this.#listener.onFault(span, 'not-injected');
      return;
    }
    // The run has ended meanwhile: `end` lifts it.
    if (this.#ended) return;
    const offUs = this.#startUs + (span.fault.atMs + span.fault.forMs) * 1e3;
    this.#alarms.push(this.#clock.at(offUs, () => this.#injecting.push(this.#lift(span))));
  }

  async #lift(span: FaultSpan): Promise<void> {
    const lift = this.#active.get(span);
    if (!lift) return;
    this.#active.delete(span);
    try {
      await lift();
      span.liftedAtMs = this.#nowMs();
      this.#listener.onFault(span, 'off');
    } catch (error) {
      span.failure = messageOf(error);
      if (error instanceof FaultGone) span.liftedAtMs = this.#nowMs();
      this.#listener.onFault(span, 'not-lifted');
    }
  }

  /** Calls off what has not begun, lifts what is on; resolves when all of it is done. */
  async end(): Promise<void> {
    this.#ended = true;
    for (const alarm of this.#alarms) alarm.cancel();
    await Promise.all(this.#injecting);
    await Promise.all([...this.#active.keys()].map((span) => this.#lift(span)));
    this.#injecting = [];
  }

  #nowMs(): number {
    return Math.round((this.#clock.nowUs() - this.#startUs) / 1e3);
  }
}
