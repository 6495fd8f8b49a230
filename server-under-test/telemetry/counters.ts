import { systemClock, type Clock } from '../otp/clock.ts';
import type { DurationCounts } from './duration-histogram.ts';
import { TelemetryEvent, type AnyEvent, type Handler, type Measurements, type Timed } from './event.ts';
import type {
  ChannelHandledIn,
  ChannelJoined,
  DrainCounts,
  EndpointInit,
  FanOut,
  FanOutCounts,
  InitTime,
  ProcessExit,
  QueueAge,
  SocketConnected,
  SocketDrain,
} from './event-metadata.ts';
import { Handlers } from './handlers.ts';
import { Logger } from './logger.ts';

/** One named count that only grows. */
export class Counter {
  readonly name: string;
  value = 0;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * The events of one node. Names under `phoenix` are Phoenix's own, keys and units included (phoenix-semantics 7.1);
 * `firedrill` is ours, for what Phoenix emits nothing of.
 */
export class Telemetry {
  readonly endpointInit = new TelemetryEvent<InitTime, EndpointInit>(['phoenix', 'endpoint', 'init']);
  readonly socketConnected = new TelemetryEvent<Timed, SocketConnected>(
    ['phoenix', 'socket_connected'],
    true,
  );
  readonly channelJoined = new TelemetryEvent<Timed, ChannelJoined>(['phoenix', 'channel_joined'], true);
  readonly channelHandledIn = new TelemetryEvent<Timed, ChannelHandledIn>(
    ['phoenix', 'channel_handled_in'],
    true,
  );
  readonly socketDrain = new TelemetryEvent<DrainCounts, SocketDrain>(['phoenix', 'socket_drain']);
  readonly fanOut = new TelemetryEvent<FanOutCounts, FanOut>(['firedrill', 'fan_out']);
  readonly queueAge = new TelemetryEvent<Timed, QueueAge>(['firedrill', 'queue_age'], true);
  readonly exit = new TelemetryEvent<Measurements, ProcessExit>(['firedrill', 'exit']);
  readonly broadcasts = new Counter('firedrill.broadcasts');
  /** Broadcasts made into frames: once per serializer and partition on the fastlane (phoenix-semantics 4.3). */
  readonly encodes = new Counter('firedrill.encodes');
  /** Pushes made into frames: once for each, so once per subscriber of an intercepted broadcast. */
  readonly pushEncodes = new Counter('firedrill.push_encodes');
  readonly fastlaneSends = new Counter('firedrill.fastlane_sends');
  readonly interceptSends = new Counter('firedrill.intercept_sends');
  readonly staleMessages = new Counter('firedrill.stale_messages');
  readonly refusedUpgrades = new Counter('firedrill.refused_upgrades');
  readonly sendTimeouts = new Counter('firedrill.send_timeouts');
  private readonly handlers: Handlers;
  private readonly exits = new Map<string, Counter>();

  constructor(logger: Logger = new Logger(), clock: Clock = systemClock) {
    this.handlers = new Handlers(logger, clock);
  }

  /** [:telemetry, :handler, :failure]. */
  get handlerFailure(): Handlers['failure'] {
    return this.handlers.failure;
  }

  /** Calls `handler` with every such event from now on; false when the id is taken. */
  attach<M extends Measurements, D extends object>(
    id: string,
    event: TelemetryEvent<M, D>,
    handler: Handler<M, D>,
  ): boolean {
    return this.handlers.attach(id, event, handler);
  }

  /** One handler for several events. */
  attachMany(id: string, events: readonly AnyEvent[], handler: Handler<Measurements, object>): boolean {
    return this.handlers.attachMany(id, events, handler);
  }

  detach(id: string): boolean {
    return this.handlers.detach(id);
  }

  /** Every event there is. */
  events(): AnyEvent[] {
    const fields: unknown[] = [...(Object.values(this) as unknown[]), this.handlerFailure];
    return fields.filter((field): field is AnyEvent => field instanceof TelemetryEvent);
  }

  /** Counts one end of a process of `kind`; `reasonClass` comes from a closed set. */
  countExit(kind: string, reasonClass: string): void {
    const name = `firedrill.exits.${kind}.${reasonClass}`;
    let counter = this.exits.get(name);
    if (counter === undefined) this.exits.set(name, (counter = new Counter(name)));
    counter.value += 1;
    if (this.exit.listened) this.exit.execute({}, { kind, reason: reasonClass });
    else this.exit.note();
  }

  /** All counts by event name. */
  snapshot(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const event of this.events()) counts[event.key] = event.count;
    for (const counter of Object.values(this)) {
      if (counter instanceof Counter) counts[counter.name] = counter.value;
    }
    for (const counter of this.exits.values()) counts[counter.name] = counter.value;
    return counts;
  }

  /** Durations by event name, of the events that take time. */
  durations(): Record<string, DurationCounts> {
    const durations: Record<string, DurationCounts> = {};
    for (const { key, durations: histogram } of this.events()) {
      if (histogram !== null) durations[key] = histogram.counts();
    }
    return durations;
  }
}
