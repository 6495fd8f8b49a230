/**
 * Faults on the run's clock: each goes on and off at its time, and whatever is
 * still on when the run ends early is lifted. What cannot be lifted is said.
 */
import type { Alarm, Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Hits } from '../base/hits.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import { atFirst, stepMs, stepText } from '../scenario/ramp.ts';
import { FAULTS } from './catalogue.ts';
import { FaultGone, type FaultHands, type Injected } from './fault.ts';

/** What became of one planned fault; times from the first arrival, null when it did not happen. */
export type FaultSpan = {
  fault: PlannedFault;
  appliedAtMs: number | null;
  liftedAtMs: number | null;
  /** Why it could not be injected or lifted, or that it was over before its time: then it counts as lifted. */
  failure: string | null;
  /** Its id on the server, where it is on one. */
  handle?: string;
  /** How many it has hit by now; absent where nobody counts. */
  hit?: Hits;
  /** The steps it has risen by, the first included; absent where it does not rise. */
  steps?: { atMs: number; value: number }[];
  /** Why it did not rise as planned. */
  shortfall?: string;
  /** It was not to go on any more, by whoever asks before each. */
  isCalledOff?: boolean;
  /** It was on when the run ended, and was left so. */
  isLeft?: boolean;
};

/** `raised`: to the last of its steps; `not-raised`: the last failure to is its shortfall. */
export type FaultNews = 'on' | 'off' | 'not-injected' | 'not-lifted' | 'raised' | 'not-raised';

export type ScheduleListener = {
  onFault(span: FaultSpan, what: FaultNews): void;
};

/** Asked when a fault is due, before anything of it is done; one it does not let on is called off. */
export type MayInject = (fault: PlannedFault) => boolean | Promise<boolean>;

export class FaultSchedule {
  readonly spans: FaultSpan[];
  readonly #clock: Clock;
  readonly #hands: FaultHands;
  readonly #listener: ScheduleListener;
  readonly #mayInject: MayInject | undefined;
  readonly #alarms: Alarm[] = [];
  readonly #active = new Map<FaultSpan, Injected>();
  /** What is being done to a fault that is on, or was last: the next comes behind it. */
  readonly #turns = new Map<FaultSpan, Promise<void>>();
  #injecting: Promise<void>[] = [];
  #startUs = 0;
  #ended = false;

  constructor(
    clock: Clock,
    faults: readonly PlannedFault[],
    hands: FaultHands,
    listener: ScheduleListener,
    mayInject?: MayInject,
  ) {
    this.#clock = clock;
    this.#hands = hands;
    this.#listener = listener;
    this.#mayInject = mayInject;
    this.spans = faults.map((fault) => ({ fault, appliedAtMs: null, liftedAtMs: null, failure: null }));
  }

  /** Faults that are on. */
  active(): PlannedFault[] {
    return [...this.#active.keys()].map((span) => span.fault);
  }

  /** True when some fault was injected and could not be lifted. */
  get notLifted(): FaultSpan[] {
    return this.spans.filter((span) => span.appliedAtMs !== null && span.liftedAtMs === null && !span.isLeft);
  }

  /** Those that never went on although they were not called off. */
  get notInjected(): FaultSpan[] {
    return this.spans.filter((span) => span.appliedAtMs === null && !span.isCalledOff);
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
    if (this.#mayInject && !(await this.#mayInject(span.fault))) {
      span.isCalledOff = true;
      return;
    }
    // It may have ended while that was asked.
    if (this.#ended) return;
    try {
      const fault = FAULTS[span.fault.kind];
      if (!fault) throw new Error(`no fault ${span.fault.kind}`);
      const on = await fault.inject(atFirst(span.fault), this.#hands);
      span.appliedAtMs = this.#nowMs();
      if (on.handle !== undefined) span.handle = on.handle;
      count(span, on);
      this.#active.set(span, on);
      this.#listener.onFault(span, 'on');
      const first = span.fault.ramp?.values[0];
      if (first !== undefined) this.#rose(span, first);
    } catch (error) {
      span.failure = messageOf(error);
      this.#listener.onFault(span, 'not-injected');
      return;
    }
    // The run has ended meanwhile: `end` lifts it.
    if (this.#ended) return;
    this.#armSteps(span);
    this.#inTurn(span, span.fault.forMs, () => this.#lift(span));
  }

  #armSteps(span: FaultSpan): void {
    const { ramp } = span.fault;
    for (const [nth, value] of ramp?.values.entries() ?? []) {
      if (nth > 0 && ramp) this.#inTurn(span, stepMs(ramp, nth), () => this.#raise(span, value));
    }
  }

  /** Does it so long after the fault was due, and behind what is being done to it then. */
  #inTurn(span: FaultSpan, afterMs: number, act: () => Promise<void>): void {
    const dueUs = this.#startUs + (span.fault.atMs + afterMs) * 1e3;
    const take = (): void => {
      const turn = this.#turns.get(span)?.then(act) ?? act();
      this.#turns.set(span, turn);
      this.#injecting.push(turn);
    };
    this.#alarms.push(this.#clock.at(dueUs, take));
  }

  #rose(span: FaultSpan, value: number): void {
    span.steps = [...(span.steps ?? []), { atMs: this.#nowMs(), value }];
    this.#listener.onFault(span, 'raised');
  }

  async #raise(span: FaultSpan, value: number): Promise<void> {
    const on = this.#active.get(span);
    const { ramp, kind } = span.fault;
    if (!on || !ramp || this.#ended) return;
    try {
      if (!on.raise) throw new Error(`${kind} cannot rise`);
      await on.raise(value);
      count(span, on);
      // It may have been lifted meanwhile.
      if (this.#active.has(span)) this.#rose(span, value);
    } catch (error) {
      if (error instanceof FaultGone) return this.#isGone(span, error);
      span.shortfall = `to ${stepText(ramp, value)}: ${messageOf(error)}`;
      this.#listener.onFault(span, 'not-raised');
    }
  }

  /** It was over before its time. */
  #isGone(span: FaultSpan, { message }: FaultGone): void {
    if (!this.#active.delete(span)) return;
    // The server has taken what it counted along.
    delete span.hit;
    span.failure = message;
    span.liftedAtMs = this.#nowMs();
    this.#listener.onFault(span, 'not-lifted');
  }

  async #lift(span: FaultSpan): Promise<void> {
    const on = this.#active.get(span);
    if (!on) return;
    this.#active.delete(span);
    try {
      await on.lift();
      count(span, on);
      span.liftedAtMs = this.#nowMs();
      this.#listener.onFault(span, 'off');
    } catch (error) {
      count(span, on);
      span.failure = messageOf(error);
      if (error instanceof FaultGone) span.liftedAtMs = this.#nowMs();
      this.#listener.onFault(span, 'not-lifted');
    }
  }

  /**
   * Calls off what has not begun, lifts what is on; resolves when all of it is done.
   * With `leave` a fault whose own time is not over stays on.
   */
  async end({ leave = false }: { leave?: boolean } = {}): Promise<void> {
    this.#ended = true;
    for (const alarm of this.#alarms) alarm.cancel();
    await Promise.all(this.#injecting);
    await Promise.all(
      [...this.#active.keys()].map(async (span) => {
        if (leave && this.#nowMs() < span.fault.atMs + span.fault.forMs) span.isLeft = true;
        else await this.#lift(span);
      }),
    );
    this.#injecting = [];
  }

  /** Calls off what has not begun and lifts what is on, while the run goes on. */
  rollBack(): void {
    for (const span of this.spans) {
      if (span.appliedAtMs === null && span.failure === null) span.isCalledOff = true;
    }
    this.#injecting.push(this.end());
  }

  /** Undoes, unheard, those left on that are over with the run whatever is done. */
  async letGo(isOver: (fault: PlannedFault) => boolean): Promise<void> {
    const over = [...this.#active].filter(([{ fault, isLeft }]) => isLeft === true && isOver(fault));
    for (const [span] of over) this.#active.delete(span);
    await Promise.allSettled(over.map(([, { lift }]) => lift()));
  }

  #nowMs(): number {
    return Math.round((this.#clock.nowUs() - this.#startUs) / 1e3);
  }
}

function count(span: FaultSpan, { hits }: Injected): void {
  const known = hits?.();
  if (known) span.hit = known;
  // What it had hit by an earlier step is no answer.
  else delete span.hit;
}
