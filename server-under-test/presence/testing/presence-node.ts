import type { Distribution } from '../../otp/distribution.ts';
import type { Clock } from '../../otp/clock.ts';
import { Runtime } from '../../otp/runtime.ts';
import { Broadcast } from '../../pubsub/broadcast.ts';
import { PubSub } from '../../pubsub/pubsub.ts';
import { Telemetry } from '../../telemetry/counters.ts';
import { ScriptedProcess } from '../../testing/scripted-process.ts';
import type { Meta } from '../entry.ts';
import { Presence, type PresenceParts } from '../presence.ts';
import type { PresenceDiff } from '../fetch.ts';
import type { TrackResult } from '../tracker-request.ts';

/** One node with a Presence whose shards run, and nothing else. */
export class PresenceNode {
  readonly runtime: Runtime;
  readonly pubsub: PubSub;
  readonly presence: Presence;

  constructor(
    clock: Clock,
    node = 0,
    attach: (runtime: Runtime) => Distribution | null = () => null,
    parts: Partial<PresenceParts> = {},
  ) {
    this.runtime = new Runtime(clock, node);
    this.pubsub = new PubSub(this.runtime, new Telemetry());
    const { runtime, pubsub } = this;
    this.presence = new Presence({ runtime, pubsub, distribution: attach(runtime), draw: () => 0, ...parts });
    for (const name of this.presence.shardNames) this.presence.startShard(name);
  }

  /** A process that tracks and collects how its calls ended. */
  process(): ScriptedProcess {
    return new ScriptedProcess(this.runtime);
  }

  /** A process that sees every diff of a topic, as a client would. */
  watch(topic: string): DiffWatcher {
    return new DiffWatcher(this, topic);
  }

  track(process: ScriptedProcess, topic: string, key: string, meta: Meta = {}): Promise<TrackResult> {
    return this.presence.track(process, topic, key, meta);
  }
}

/** Applies diffs as a client does: what it shows must be what `list` says. */
export class DiffWatcher {
  readonly diffs: PresenceDiff[] = [];
  /** phx_refs now present, by key. */
  readonly online = new Map<string, Set<string>>();

  constructor(node: PresenceNode, topic: string) {
    const process = new ScriptedProcess(node.runtime, (message) => {
      if (message instanceof Broadcast) this.apply(JSON.parse(message.payloadJson) as PresenceDiff);
    });
    node.pubsub.subscribe(process, topic);
  }

  /** Keys with somebody behind them, in order. */
  keys(): string[] {
    return [...this.online.keys()].toSorted();
  }

  /** The diffs since the last call, with keys only: `+a -b`. */
  takeShort(): string[] {
    return this.diffs.splice(0).map(({ joins, leaves }) => {
      const names = [
        ...Object.keys(joins).map((key) => `+${key}`),
        ...Object.keys(leaves).map((key) => `-${key}`),
      ];
      return names.join(' ');
    });
  }

  private apply(diff: PresenceDiff): void {
    this.diffs.push(diff);
    for (const [key, { metas }] of Object.entries(diff.joins)) {
      const refs = this.online.get(key) ?? new Set();
      for (const meta of metas) refs.add(String(meta['phx_ref']));
      this.online.set(key, refs);
    }
    for (const [key, { metas }] of Object.entries(diff.leaves)) {
      const refs = this.online.get(key);
      for (const meta of metas) refs?.delete(String(meta['phx_ref']));
      if (refs?.size === 0) this.online.delete(key);
    }
  }
}
