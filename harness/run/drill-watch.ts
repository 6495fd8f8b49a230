/**
 * A drill while it goes: looks at the steady state when it is time to, keeps the
 * first deviation, is the gate before the first fault, and rolls back.
 *
 *   ramp ── calm ──┤ fault ├── calm ── end
 *            before│during…│       after
 */
import type { Clock } from '../base/clock.ts';
import type { FaultSchedule, FaultSpan, MayInject } from '../faults/schedule.ts';
import type { Measurements } from '../judge/evaluate.ts';
import {
  countLook,
  deviationWords,
  lookAt,
  mostTelling,
  neverTold,
  unseen,
  untoldWords,
  type OnAndOff,
  type Stretch,
} from '../judge/steady-state.ts';
import type { DrillLook, DrillSummary, LeftFault, LookCounts, LookStatus } from '../record/drill-record.ts';
import {
  calmBefore,
  looksAfter,
  looksBefore,
  secondsDown,
  secondsUp,
  type DrillPlan,
} from '../scenario/drill-plan.ts';
import type { RunPlan } from '../scenario/plan.ts';

export type DrillListener = {
  /** The first moment the steady state was seen not to hold, in milliseconds from the first arrival. */
  onDeviated(words: string, atMs: number): void;
  /** No fault may go on, so there is nothing more to see: the run may end. */
  onStopped(words: string): void;
};

export type DrillScene = {
  clock: Clock;
  drill: DrillPlan;
  /** Its faults are those that will be injected. */
  plan: Pick<RunPlan, 'rampMs' | 'totalMs' | 'faults'>;
  listener: DrillListener;
  /** What was measured between two whole seconds, by now. */
  measure(fromMs: number, untilMs: number): Measurements;
};

/** A second that some worker does not deliver is merged without it well before this. */
const PATIENCE_MS = 6_000;
/** Looks that are kept, an hour of them; of later ones those that deviated are, the others are counted. */
const MOST_KEPT = 3_600;

type Schedule = Pick<FaultSchedule, 'spans' | 'rollBack'>;

/** A drill that is over: what it saw, and the faults it left on. */
export type OverDrill = { watch: DrillWatch; left: readonly LeftFault[] };

export class DrillWatch {
  readonly drill: DrillPlan;
  /** `mayInject`, to be handed on. */
  readonly gate: MayInject = () => this.mayInject();
  readonly #scene: DrillScene;
  #schedule: Schedule = { spans: [], rollBack: () => {} };
  #settledMs = 0;
  #waiting: { untilMs: number; resolve: () => void } | null = null;
  #gate: Promise<boolean> | null = null;
  #before: DrillLook | null = null;
  readonly #during: DrillLook[] = [];
  readonly #counts: LookCounts = { looks: 0, held: 0, deviated: 0, cannotTell: 0 };
  #after: DrillLook | null = null;
  #first: { look: DrillLook; words: string } | null = null;
  #isOver = false;
  #isStopped = false;
  #isCutShort = false;

  constructor(scene: DrillScene) {
    this.#scene = scene;
    this.drill = scene.drill;
  }

  attach(schedule: Schedule): void {
    this.#schedule = schedule;
  }

  /** Whether faults may go on: asked when one is due. The first to ask waits for the second before it to be measured. */
  mayInject(): boolean | Promise<boolean> {
    if (!looksBefore(this.drill.check)) return !this.#isOver;
    this.#gate ??= this.#lookBefore();
    return this.#gate;
  }

  /** The run has been measured up to here. */
  settled(untilMs: number): void {
    this.#settledMs = Math.max(this.#settledMs, untilMs);
    if (this.#waiting && this.#settledMs >= this.#waiting.untilMs) this.#waiting.resolve();
    if (!this.#isOver && this.#isWanted(untilMs)) this.#lookDuring(untilMs);
  }

  /** The plan is over, or the run: nothing is waited for, and only the look after is still to come. */
  end(): void {
    this.#isOver = true;
    this.#waiting?.resolve();
  }

  /** The faults are over and all seconds are measured: the last look. A run that was cut short has none. */
  lookAfter(isCutShort: boolean): void {
    this.#isOver = true;
    this.#isCutShort = isCutShort && !this.#isStopped;
    if (isCutShort || this.#isStopped || !looksAfter(this.drill.check)) return;
    const { plan } = this.#scene;
    const untilMs = secondsDown(plan.totalMs);
    const lifts = this.#schedule.spans.map((span) => span.liftedAtMs ?? 0);
    const calmMs = Math.max(secondsUp(plan.rampMs), ...lifts.map(secondsUp));
    const stretch = this.#stretch('after', untilMs, calmMs);
    this.#after =
      untilMs - stretch.fromMs < 1_000
        ? unseen(this.drill.hypothesis, stretch, 'no whole second was left after the last fault')
        : this.#look(stretch);
    if (this.#after.status === 'deviated') this.#deviated(this.#after);
  }

  /** Whether faults that are on at the end keep their own time instead of being lifted. */
  get leavesFaults(): boolean {
    const { rollback } = this.drill;
    return rollback === 'never' || (rollback === 'deviated' && this.#first === null);
  }

  /** When it was first seen to have broken; null when it was not. */
  get deviatedAtMs(): number | null {
    return this.#first?.look.untilMs ?? null;
  }

  /** Every look, in their order. */
  get looks(): { before: DrillLook | null; during: readonly DrillLook[]; after: DrillLook | null } {
    return { before: this.#before, during: this.#during, after: this.#after };
  }

  /** For the verdict: what deviated, the first moment first, and what could not be told although its time came. */
  get findings(): { deviated: string[]; untold: string[]; isStopped: boolean } {
    const deviated = this.#first ? [this.#first.words] : [];
    if (this.#after?.status === 'deviated' && this.#first?.look !== this.#after) {
      deviated.push(this.#words(this.#after));
    }
    return { deviated, untold: this.#untold(), isStopped: this.#isStopped };
  }

  summary(left: readonly LeftFault[]): DrillSummary {
    const { hypothesis, check, windowMs, rollback } = this.drill;
    const { deviated, untold } = this.findings;
    const isTold = untold.length === 0 && !this.#isCutShort;
    const status: LookStatus = deviated.length > 0 ? 'deviated' : isTold ? 'held' : 'cannot tell';
    const telling = mostTelling(this.#during);
    const looks = [this.#before, telling, this.#after].filter((look) => look !== null);
    return {
      check,
      windowMs,
      rollback,
      hypothesis: Object.entries(hypothesis).flatMap(([metric, list]) =>
        list.map((expression) => ({ metric, expression })),
      ),
      status,
      deviatedAtMs: this.deviatedAtMs,
      stoppedBefore: this.#isStopped,
      looks,
      during: this.#looksDuring ? { ...this.#counts } : null,
      left: [...left],
    };
  }

  async #lookBefore(): Promise<boolean> {
    const { plan } = this.#scene;
    const { fromMs, untilMs } = calmBefore(plan);
    await this.#measured(untilMs);
    if (this.#isOver) return false;
    const look = this.#look(this.#stretch('before', untilMs, fromMs));
    this.#before = look;
    if (look.status === 'held') return true;
    this.#isStopped = true;
    if (look.status === 'deviated') this.#deviated(look);
    this.#scene.listener.onStopped(
      look.status === 'deviated'
        ? 'the steady state did not hold before the first fault'
        : `the steady state could not be told before the first fault, so none is injected: ${untoldWords(look.probes)}`,
    );
    return false;
  }

  /** Resolves when the run has been measured so far, or nobody will measure it any more. */
  async #measured(untilMs: number): Promise<void> {
    if (this.#settledMs >= untilMs || this.#isOver) return;
    const { clock } = this.#scene;
    const { promise, resolve } = Promise.withResolvers<void>();
    const alarm = clock.at(clock.nowUs() + PATIENCE_MS * 1e3, resolve);
    this.#waiting = { untilMs, resolve };
    await promise;
    alarm.cancel();
    this.#waiting = null;
  }

  get #looksDuring(): boolean {
    return this.drill.check === 'during' || this.drill.check === 'continuously';
  }

  /** Whether the second that ends there is one to be looked at. */
  #isWanted(untilMs: number): boolean {
    if (!this.#looksDuring || untilMs > this.#scene.plan.totalMs) return false;
    if (this.drill.check === 'continuously') {
      return this.#before?.status === 'held' && untilMs > this.#before.untilMs;
    }
    return this.#schedule.spans.some((span) => isOnIn(span, untilMs - 1_000, untilMs));
  }

  #lookDuring(untilMs: number): void {
    const look = this.#look(this.#stretch('during', untilMs, secondsUp(this.#scene.plan.rampMs)));
    countLook(this.#counts, look);
    if (this.#during.length < MOST_KEPT || look.status === 'deviated') this.#during.push(look);
    if (look.status === 'deviated') this.#deviated(look);
  }

  #stretch(when: Stretch['when'], untilMs: number, earliestMs: number): Stretch {
    return { when, fromMs: Math.max(earliestMs, untilMs - this.drill.windowMs), untilMs };
  }

  #look(stretch: Stretch): DrillLook {
    return lookAt(this.drill.hypothesis, this.#scene.measure(stretch.fromMs, stretch.untilMs), stretch);
  }

  #deviated(look: DrillLook): void {
    if (this.#first) return;
    const words = this.#words(look);
    this.#first = { look, words };
    this.#scene.listener.onDeviated(words, look.untilMs);
    if (look.when === 'during' && this.drill.rollback === 'deviated') this.#schedule.rollBack();
  }

  #words(look: DrillLook): string {
    const words = deviationWords(look, this.#schedule.spans.map(toOnAndOff));
    return look.when === 'before' ? `${words}; no fault was injected` : words;
  }

  #untold(): string[] {
    if (this.#isCutShort) return [];
    const untold: string[] = [];
    const add = (what: string, looks: readonly DrillLook[]): void => {
      const probes = neverTold(looks);
      if (probes.length > 0)
        untold.push(`the steady state could not be told ${what}: ${untoldWords(probes)}`);
    };
    if (this.#before) {
      add(this.#isStopped ? 'before the first fault, so none was injected' : 'before the first fault', [
        this.#before,
      ]);
    } else if (looksBefore(this.drill.check)) {
      untold.push('the steady state was not looked at: no fault was due while the drill ran');
    }
    if (this.#looksDuring && !this.#isStopped) {
      if (this.#during.length > 0) add('while faults were on', this.#during);
      else if (this.#before || !looksBefore(this.drill.check)) {
        untold.push('the steady state was never looked at while faults were on');
      }
    }
    if (this.#after) add('after the faults', [this.#after]);
    return untold;
  }
}

function isOnIn({ appliedAtMs, liftedAtMs }: FaultSpan, fromMs: number, untilMs: number): boolean {
  return appliedAtMs !== null && appliedAtMs < untilMs && (liftedAtMs === null || liftedAtMs > fromMs);
}

function toOnAndOff({ fault, appliedAtMs, liftedAtMs }: FaultSpan): OnAndOff {
  return { name: fault.name, appliedAtMs, liftedAtMs };
}
