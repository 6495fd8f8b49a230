import type { Process } from '../otp/process.ts';
import type { Runtime } from '../otp/runtime.ts';
import type { Telemetry } from '../telemetry/counters.ts';
import type { Broadcast } from './broadcast.ts';

/** Makes the one message all transports of a serializer share. Throws on a payload that cannot be encoded. */
export interface FastlaneEncoder {
  encodeBroadcast(broadcast: Broadcast): unknown;
}

/** Carries broadcasts to the other nodes. */
export interface Adapter {
  broadcast(broadcast: Broadcast): void;
}

/** Says whether broadcasts of this event on this topic leave the fastlane. */
export type Diversion = (topic: string, event: string) => boolean;

/** How a channel is reached without its process being woken (phoenix-semantics 4.1). */
export interface Fastlane {
  readonly transport: Process;
  readonly encoder: FastlaneEncoder;
  readonly intercepts: readonly string[] | null;
}

class Topic {
  readonly name: string;
  readonly subscriptions: Subscription[];

  constructor(name: string, first: Subscription) {
    this.name = name;
    // A literal of one: most socket-id topics never hold a second.
    this.subscriptions = [first];
  }
}

/** One entry of the registry; kept by its owner to take it back. */
export class Subscription {
  readonly owner: Process;
  readonly transport: Process | null;
  readonly encoder: FastlaneEncoder | null;
  readonly intercepts: readonly string[] | null;
  /** Set by PubSub. */
  entry: Topic | null = null;
  index = 0;

  constructor(owner: Process, fastlane: Fastlane | null) {
    this.owner = owner;
    this.transport = fastlane?.transport ?? null;
    this.encoder = fastlane?.encoder ?? null;
    this.intercepts = fastlane?.intercepts ?? null;
  }

  /** The topic as the registry keeps it: one string for all subscribers. */
  get topic(): string {
    return this.entry?.name ?? '';
  }
}

/** Subscriptions by topic, and the dispatch of a broadcast in the process that calls it. */
export class PubSub {
  /** Other nodes; none until the mesh stands. */
  adapter: Adapter | null = null;
  /** A fault may send an event through the channels as if their module intercepted it. */
  readonly diversions = new Set<Diversion>();
  private readonly runtime: Runtime;
  private readonly telemetry: Telemetry;
  private readonly topics = new Map<string, Topic>();

  constructor(runtime: Runtime, telemetry: Telemetry) {
    this.runtime = runtime;
    this.telemetry = telemetry;
  }

  /** Without a fastlane the owner gets every Broadcast as a message. */
  subscribe(owner: Process, name: string, fastlane: Fastlane | null = null): Subscription {
    const subscription = new Subscription(owner, fastlane);
    const topic = this.topics.get(name);
    if (topic === undefined) {
      subscription.entry = new Topic(name, subscription);
      this.topics.set(name, subscription.entry);
    } else {
      subscription.entry = topic;
      subscription.index = topic.subscriptions.push(subscription) - 1;
    }
    return subscription;
  }

  unsubscribe(subscription: Subscription): void {
    const topic = subscription.entry;
    if (topic === null) return;
    subscription.entry = null;
    const last = topic.subscriptions.pop();
    if (last !== undefined && last !== subscription) {
      topic.subscriptions[subscription.index] = last;
      last.index = subscription.index;
    }
    if (topic.subscriptions.length === 0) this.topics.delete(topic.name);
  }

  /** Local subscriptions of a topic, in no promised order. */
  subscriptionsOf(name: string): readonly Subscription[] {
    return this.topics.get(name)?.subscriptions ?? [];
  }

  /** Other nodes first, then here, skipping entries owned by `from` (phoenix-semantics 4.1). */
  broadcast(broadcast: Broadcast, from: Process | null = null): void {
    this.telemetry.broadcasts.value += 1;
    this.adapter?.broadcast(broadcast);
    this.dispatch(broadcast, from);
  }

  /** Reaches the subscribers of this node. Throws when a fastlane encoder does. */
  dispatch(broadcast: Broadcast, from: Process | null = null): void {
    const subscriptions = this.topics.get(broadcast.topic)?.subscriptions;
    if (subscriptions === undefined) return;
    const nowMs = this.runtime.clock.nowMs();
    const { event } = broadcast;
    const diverted = this.isDiverted(broadcast);
    const frames = new EncodedOnce(broadcast, this.telemetry);
    let fast = 0;
    let slow = 0;
    for (const subscription of subscriptions) {
      const { owner, transport, encoder, intercepts } = subscription;
      if (owner === from) continue;
      if (transport === null || encoder === null) {
        owner.sendFanned(broadcast, nowMs);
      } else if (diverted || (intercepts !== null && intercepts.includes(event))) {
        owner.sendFanned(broadcast, nowMs);
        slow += 1;
      } else {
        transport.sendFanned(frames.by(encoder), nowMs);
        fast += 1;
      }
    }
    this.telemetry.fastlaneSends.value += fast;
    this.telemetry.interceptSends.value += slow;
  }

  private isDiverted(broadcast: Broadcast): boolean {
    for (const diverts of this.diversions) if (diverts(broadcast.topic, broadcast.event)) return true;
    return false;
  }
}

/** One encoding per serializer and dispatch; nearly always there is one serializer. */
class EncodedOnce {
  private readonly broadcast: Broadcast;
  private readonly telemetry: Telemetry;
  private encoder: FastlaneEncoder | null = null;
  private message: unknown = null;
  private others: Map<FastlaneEncoder, unknown> | null = null;

  constructor(broadcast: Broadcast, telemetry: Telemetry) {
    this.broadcast = broadcast;
    this.telemetry = telemetry;
  }

  by(encoder: FastlaneEncoder): unknown {
    if (encoder === this.encoder) return this.message;
    if (this.encoder === null) {
      this.encoder = encoder;
      this.message = this.encode(encoder);
      return this.message;
    }
    this.others ??= new Map();
    let message = this.others.get(encoder);
    if (message === undefined) this.others.set(encoder, (message = this.encode(encoder)));
    return message;
  }

  private encode(encoder: FastlaneEncoder): unknown {
    this.telemetry.encodes.value += 1;
    return encoder.encodeBroadcast(this.broadcast);
  }
}
