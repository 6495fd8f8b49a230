import type { Clock } from '../otp/clock.ts';
import { TelemetryEvent, type AnyEvent, type Attached, type Handler, type Measurements } from './event.ts';
import type { FailureTimes, HandlerFailure } from './event-metadata.ts';
import type { Logger } from './logger.ts';

const NANOSECONDS_PER_MS = 1e6;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Who listens to which events, by id, as :telemetry keeps it. */
export class Handlers {
  readonly failure = new TelemetryEvent<FailureTimes, HandlerFailure>(['telemetry', 'handler', 'failure']);
  private readonly logger: Logger;
  private readonly clock: Clock;
  private readonly attached = new Map<string, readonly AnyEvent[]>();

  constructor(logger: Logger, clock: Clock) {
    this.logger = logger;
    this.clock = clock;
  }

  /** Calls `handler` with every such event from now on; false when the id is taken. */
  attach<M extends Measurements, D extends object>(
    id: string,
    event: TelemetryEvent<M, D>,
    handler: Handler<M, D>,
  ): boolean {
    if (this.attached.has(id)) return false;
    this.attached.set(id, [event]);
    this.append(event, id, handler);
    return true;
  }

  /** One handler for several events; the name says which it was. */
  attachMany(id: string, events: readonly AnyEvent[], handler: Handler<Measurements, object>): boolean {
    if (this.attached.has(id)) return false;
    this.attached.set(id, events);
    for (const event of events) this.append(event, id, handler);
    return true;
  }

  /** Ends it for all its events; false when there is none of that id. */
  detach(id: string): boolean {
    const events = this.attached.get(id);
    if (events === undefined) return false;
    this.attached.delete(id);
    for (const event of events) event.handlers = event.handlers.filter((entry) => entry.id !== id);
    return true;
  }

  private append<M extends Measurements, D extends object>(
    event: TelemetryEvent<M, D>,
    id: string,
    handler: Handler<M, D>,
  ): void {
    const entry: Attached<M, D> = { id, handler, failed: (error) => this.failed(event, id, error) };
    event.handlers = [...event.handlers, entry];
  }

  private failed(event: { readonly name: readonly string[] }, id: string, error: unknown): void {
    // Gone already: it failed again inside the event that it failed in.
    if (!this.detach(id)) return;
    this.logger.error(() => `handler ${id} has failed and has been detached: ${messageOf(error)}`);
    const times = {
      monotonic_time: Math.round(this.clock.nowMs() * NANOSECONDS_PER_MS),
      system_time: this.clock.wallMs() * NANOSECONDS_PER_MS,
    };
    this.failure.execute(times, {
      event_name: event.name,
      handler_id: id,
      kind: 'error',
      reason: error,
      stacktrace: error instanceof Error ? (error.stack ?? '') : '',
    });
  }
}
