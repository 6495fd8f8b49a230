import type { Process } from '../otp/process.ts';
import { Registry } from '../otp/registry.ts';
import { RegistryEntry } from '../otp/registry-partition.ts';
import type { Runtime } from '../otp/runtime.ts';
import type { Telemetry } from '../telemetry/counters.ts';
import { Broadcast } from './broadcast.ts';
import { BroadcastError, PlainBroadcast, RawMessage, type Adapter, type Fanned } from './fanned.ts';
import { Dispatch, Lanes, type Fastlane, type Lane } from './fastlane.ts';

export type { Fastlane, FastlaneEncoder } from './fastlane.ts';

/** Says whether broadcasts of this event on this topic leave the fastlane. */
export type Diversion = (topic: string, event: string) => boolean;

/** One subscription; without a lane its owner gets every message itself. */
export class Subscription extends RegistryEntry {
  readonly transport: Process | null;
  readonly lane: Lane | null;

  constructor(owner: Process, transport: Process | null, lane: Lane | null) {
    super(owner);
    this.transport = transport;
    this.lane = lane;
  }

  /** The topic as the registry keeps it: one string for all subscribers. */
  get topic(): string {
    return this.key;
  }
}

/** How many partitions the registry has: `registrySize`, else `poolSize`, else one for this node's one scheduler. */
export interface PubSubOptions {
  readonly registrySize?: number;
  readonly poolSize?: number;
}

/** Subscriptions by topic, and the dispatch of a message in the process that calls it (phoenix-semantics 4, 5.1). */
export class PubSub {
  /** Other nodes; none until the mesh stands. */
  adapter: Adapter | null = null;
  /** A fault may send an event through the channels as if their module intercepted it. */
  readonly diversions = new Set<Diversion>();
  readonly registry: Registry<Subscription>;
  private readonly runtime: Runtime;
  private readonly telemetry: Telemetry;
  private readonly lanes = new Lanes();

  constructor(runtime: Runtime, telemetry: Telemetry, options: PubSubOptions = {}) {
    this.runtime = runtime;
    this.telemetry = telemetry;
    const partitions = options.registrySize ?? options.poolSize ?? 1;
    this.registry = new Registry(runtime, { keys: 'duplicate', partitions, keepsInOwners: true });
  }

  /** Subscribing twice is being told twice. Throws `noproc` while the owner's partition is down. */
  subscribe(owner: Process, topic: string, fastlane: Fastlane | null = null): Subscription {
    const lane = fastlane === null ? null : this.lanes.of(fastlane.encoder, fastlane.intercepts);
    const subscription = new Subscription(owner, fastlane?.transport ?? null, lane);
    this.registry.register(topic, subscription);
    return subscription;
  }

  /** Takes one subscription back, or all a process has of a topic. */
  unsubscribe(subscription: Subscription): void;
  unsubscribe(owner: Process, topic: string): void;
  unsubscribe(what: Subscription | Process, topic = ''): void {
    if (what instanceof Subscription) this.registry.unregister(what);
    else this.registry.unregisterAll(what, topic);
  }

  /** Local subscriptions of a topic, in no promised order. */
  subscriptionsOf(topic: string): readonly Subscription[] {
    const { partitions } = this.registry;
    if (partitions.length === 1) return partitions[0]?.entriesOf(topic) ?? [];
    return partitions.flatMap((partition) => partition.entriesOf(topic) ?? []);
  }

  /**
   * Other nodes first, then here, skipping entries owned by `from` (phoenix-semantics 4.1). `sender` is the process whose order
   * must hold on the way. Null, or why the adapter failed: then nobody gets it. Throws what an encoder throws.
   */
  broadcast(broadcast: Broadcast, from: Process | null = null, sender: Process | null = from): string | null {
    return this.send(broadcast, from, sender);
  }

  /** As `broadcast`, but an adapter that fails is thrown as a BroadcastError: broadcast!. */
  broadcastOrThrow(broadcast: Broadcast, from: Process | null = null, sender: Process | null = from): void {
    const failure = this.send(broadcast, from, sender);
    if (failure !== null) throw new BroadcastError(failure);
  }

  /** A Broadcast by the plain dispatcher: the processes get it, fastlane or not (case 57). */
  broadcastPlain(broadcast: Broadcast, from: Process | null = null): string | null {
    return this.send(new PlainBroadcast(broadcast), from, from);
  }

  /** PubSub.broadcast of any term JSON can carry: subscribers get a RawMessage (case 56). */
  broadcastRaw(topic: string, payload: unknown, from: Process | null = null): string | null {
    return this.send(RawMessage.of(topic, payload), from, from);
  }

  /** To the subscribers of one node, in its worker: local ones too are reached a little later. */
  directBroadcast(node: number, message: Fanned, sender: Process | null = null): string | null {
    return this.adapter?.direct(node, message, sender?.id ?? 0) ?? null;
  }

  /** What a message does on this node, by the dispatcher it asks for. */
  deliver(message: Fanned, from: Process | null = null): void {
    if (message instanceof Broadcast) this.dispatch(message, from);
    else if (message instanceof RawMessage) this.dispatchPlain(message, from);
    else this.dispatchPlain(message.broadcast, from);
  }

  /** local_broadcast(_from): reaches the subscribers of this node. Throws when a fastlane encoder does. */
  dispatch(broadcast: Broadcast, from: Process | null = null): void {
    for (const partition of this.registry.partitions) {
      const subscriptions = partition.entriesOf(broadcast.topic);
      if (subscriptions !== undefined) this.fan(subscriptions, broadcast, from);
    }
  }

  /** The plain dispatcher on this node: to every subscriber's process. */
  dispatchPlain(message: Broadcast | RawMessage, from: Process | null = null): void {
    const nowMs = this.runtime.clock.nowMs();
    for (const partition of this.registry.partitions) {
      for (const { owner } of partition.entriesOf(message.topic) ?? []) {
        if (owner !== from) owner.sendFanned(message, nowMs);
      }
    }
  }

  private send(message: Fanned, from: Process | null, sender: Process | null): string | null {
    this.telemetry.broadcasts.value += 1;
    const failure = this.adapter?.broadcast(message, sender?.id ?? 0) ?? null;
    if (failure === null) this.deliver(message, from);
    return failure;
  }

  private fan(subscriptions: readonly Subscription[], broadcast: Broadcast, from: Process | null): void {
    const nowMs = this.runtime.clock.nowMs();
    const way = new Dispatch(broadcast, this.isDiverted(broadcast), this.telemetry);
    let fast = 0;
    let slow = 0;
    try {
      for (const { owner, transport, lane } of subscriptions) {
        if (owner === from) continue;
        const frame = lane === null ? null : way.frameFor(lane);
        if (frame !== null && transport !== null) {
          transport.sendFanned(frame, nowMs);
          fast += 1;
        } else {
          owner.sendFanned(broadcast, nowMs);
          if (lane !== null) slow += 1;
        }
      }
    } finally {
      way.finish();
      this.telemetry.fastlaneSends.value += fast;
      this.telemetry.interceptSends.value += slow;
      this.noteFanOut(broadcast, fast, slow);
    }
  }

  private noteFanOut({ topic, event }: Broadcast, fastlane: number, intercepted: number): void {
    const { fanOut } = this.telemetry;
    if (fanOut.listened) fanOut.execute({ fastlane, intercepted }, { topic, event });
    else fanOut.note();
  }

  private isDiverted(broadcast: Broadcast): boolean {
    for (const diverts of this.diversions) if (diverts(broadcast.topic, broadcast.event)) return true;
    return false;
  }
}
