import type { Process } from '../otp/process.ts';
import type { Telemetry } from '../telemetry/counters.ts';
import type { Broadcast } from './broadcast.ts';

/** Makes the one message all transports of a serializer share. Throws on a payload that cannot be encoded. */
export interface FastlaneEncoder {
  encodeBroadcast(broadcast: Broadcast): unknown;
}

/** How a channel is reached without its process being woken (phoenix-semantics 4.1). */
export interface Fastlane {
  readonly transport: Process;
  readonly encoder: FastlaneEncoder;
  readonly intercepts: readonly string[] | null;
}

const NO_INTERCEPTS: readonly string[] = [];

/** A lane no broadcast is on. */
const FREE = Symbol('free');

/** What the subscribers of one serializer and one channel module share: the way of a broadcast is decided once for all. */
export class Lane {
  readonly encoder: FastlaneEncoder;
  readonly intercepts: readonly string[];
  /** During a dispatch what its transports get, null when its channels get the broadcast instead. */
  frame: unknown = FREE;

  constructor(encoder: FastlaneEncoder, intercepts: readonly string[]) {
    this.encoder = encoder;
    this.intercepts = intercepts;
  }
}

/** Finds the lane of a subscriber; one that is used no more goes with its encoder or its list. */
export class Lanes {
  private readonly known = new WeakMap<FastlaneEncoder, WeakMap<readonly string[], Lane>>();

  of(encoder: FastlaneEncoder, intercepts: readonly string[] | null): Lane {
    const events = intercepts ?? NO_INTERCEPTS;
    let lanes = this.known.get(encoder);
    if (lanes === undefined) this.known.set(encoder, (lanes = new WeakMap()));
    let lane = lanes.get(events);
    if (lane === undefined) lanes.set(events, (lane = new Lane(encoder, events)));
    return lane;
  }
}

/** One broadcast on its way through one registry partition: encoded once per serializer, and only if somebody needs it. */
export class Dispatch {
  private readonly broadcast: Broadcast;
  private readonly diverted: boolean;
  private readonly telemetry: Telemetry;
  private readonly lanes: Lane[] = [];

  constructor(broadcast: Broadcast, diverted: boolean, telemetry: Telemetry) {
    this.broadcast = broadcast;
    this.diverted = diverted;
    this.telemetry = telemetry;
  }

  /** What the transports of a lane get, or null. Throws what the encoder throws. */
  frameFor(lane: Lane): unknown {
    return lane.frame === FREE ? this.decide(lane) : lane.frame;
  }

  /** Frees the lanes; whatever happened, it must be called. */
  finish(): void {
    for (const lane of this.lanes) lane.frame = FREE;
  }

  private decide(lane: Lane): unknown {
    const intercepted = this.diverted || lane.intercepts.includes(this.broadcast.event);
    lane.frame = intercepted ? null : this.encode(lane.encoder);
    this.lanes.push(lane);
    return lane.frame;
  }

  private encode(encoder: FastlaneEncoder): unknown {
    // Two channel modules on one topic share the encoding.
    for (const lane of this.lanes) if (lane.encoder === encoder && lane.frame !== null) return lane.frame;
    this.telemetry.encodes.value += 1;
    return encoder.encodeBroadcast(this.broadcast);
  }
}
