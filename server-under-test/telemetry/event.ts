import { DurationHistogram } from './duration-histogram.ts';

/** A name as :telemetry has it: `['phoenix', 'channel_joined']`. */
export type EventName = readonly string[];

/** Figures of one event; `duration` is in native units, nanoseconds. */
export type Measurements = Readonly<Record<string, number>>;

/** What :telemetry calls with each event. One that throws is detached. */
export type Handler<M, D> = (name: EventName, measurements: M, metadata: D) => void;

/** A handler as an event keeps it. */
export interface Attached<M, D> {
  readonly id: string;
  readonly handler: Handler<M, D>;
  readonly failed: (error: unknown) => void;
}

/** The measurements of an event that took time. */
export type Timed = { readonly duration: number };

const NANOSECONDS_PER_MS = 1e6;
const NONE: readonly never[] = [];

/**
 * One kind of event: counted always, timed where it took time, told to handlers where there are any.
 *
 *     if (event.listened) event.execute({ duration }, { …metadata });   // builds its metadata only for somebody
 *     else event.note(durationMs);                                      // allocates nothing
 */
export class TelemetryEvent<M extends Measurements, D extends object> {
  readonly name: EventName;
  /** How often it happened. */
  count = 0;
  /** Set by Handlers, as a whole: one attached or detached meanwhile does not disturb a call. */
  handlers: ReadonlyArray<Attached<M, D>> = NONE;
  private readonly histogram: DurationHistogram | null;

  constructor(name: EventName, timed = false) {
    this.name = name;
    this.histogram = timed ? new DurationHistogram() : null;
  }

  /** The name for people and labels: `phoenix.channel_joined`. */
  get key(): string {
    return this.name.join('.');
  }

  /** The count under the name counters have. */
  get value(): number {
    return this.count;
  }

  set value(count: number) {
    this.count = count;
  }

  /** Durations noted so far; null for what takes none. */
  get durations(): DurationHistogram | null {
    return this.histogram;
  }

  get listened(): boolean {
    return this.handlers.length > 0;
  }

  /** Counts it, with its duration in milliseconds. */
  note(durationMs = 0): void {
    this.count += 1;
    this.histogram?.note(durationMs);
  }

  /** Counts it and calls every handler. */
  execute(measurements: M, metadata: D): void {
    this.note((measurements['duration'] ?? 0) / NANOSECONDS_PER_MS);
    for (const { handler, failed } of this.handlers) {
      try {
        handler(this.name, measurements, metadata);
      } catch (error) {
        failed(error);
      }
    }
  }

  /** `execute` for what has a duration only, given in milliseconds. */
  emit(this: TelemetryEvent<Timed, D>, durationMs: number, metadata: D): void {
    this.execute({ duration: Math.round(durationMs * NANOSECONDS_PER_MS) }, metadata);
  }
}

/** Any event, for what only names or attaches to it. */
export type AnyEvent = TelemetryEvent<never, never>;
