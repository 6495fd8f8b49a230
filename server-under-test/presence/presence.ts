import { crc32 } from 'node:zlib';
import type { Distribution } from '../otp/distribution.ts';
import { Exit } from '../otp/exit-reason.ts';
import { CALL_TIMEOUT_MS, callServer } from '../otp/gen-server.ts';
import type { Process } from '../otp/process.ts';
import type { Runtime } from '../otp/runtime.ts';
import { Broadcast } from '../pubsub/broadcast.ts';
import type { PubSub } from '../pubsub/pubsub.ts';
import type { Entry, Meta } from './entry.ts';
import { DiffQueue, type Fetch } from './fetch.ts';
import { DEFAULT_PERIODS, type TrackerPeriods } from './periods.ts';
import { groupByKey, type KeyPresence, type PresenceMap } from './presence-map.ts';
import type { MetaUpdate, TrackerRequest, TrackResult } from './tracker-request.ts';
import { TrackerShard } from './tracker-shard.ts';

/** What a Presence is made of. */
export interface PresenceParts {
  readonly runtime: Runtime;
  readonly pubsub: PubSub;
  /** Null on a node that will never have others. */
  readonly distribution: Distribution | null;
  /** A seeded draw in [0, 1) for the stutter of the first heartbeats. */
  readonly draw: () => number;
  /** Prefix of the shards' names; `presence` unless told. */
  readonly name?: string;
  /** Shards; 1 unless told, and the same on every node. */
  readonly poolSize?: number;
  readonly periods?: Partial<TrackerPeriods>;
  /** Adds fields beside the metas, before every diff and list. */
  readonly fetch?: Fetch;
}

/** A table as the observer lists it. */
export interface TableSize {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Who is here: presences by topic and key, the same on all nodes sooner or later (phoenix-semantics 5.2).
 *
 * Every change makes its own `presence_diff` on this node at once. All calls are GenServer calls to the topic's shard: they
 * reject with an `Exit` after 5,000 ms, or with noproc while the shard is being restarted.
 */
export class Presence {
  /** Names of the shards, in the order they are to be started. */
  readonly shardNames: readonly string[];
  private readonly parts: PresenceParts;
  private readonly periods: TrackerPeriods;
  private readonly queue: DiffQueue | null;

  constructor(parts: PresenceParts) {
    const { name = 'presence', poolSize = 1, fetch, periods } = parts;
    this.parts = parts;
    this.periods = { ...DEFAULT_PERIODS, ...periods };
    this.queue =
      fetch === undefined ? null : new DiffQueue(fetch, (topic, diff) => this.dispatch(topic, diff));
    this.shardNames = Array.from({ length: poolSize }, (_shard, index) => `${name}_shard${index}`);
  }

  /** Starts one shard under its name; a supervisor does it again after its death. */
  startShard(name: string): TrackerShard {
    const { runtime, distribution, draw } = this.parts;
    const onDiff = (topic: string, joins: readonly Entry[], leaves: readonly Entry[]): void => {
      this.publish(topic, groupByKey(joins), groupByKey(leaves));
    };
    return new TrackerShard(runtime, { name, distribution, periods: this.periods, draw, onDiff });
  }

  /** Tracks `meta` as it is, with `phx_ref` added. */
  track(process: Process, topic: string, key: string, meta: Meta): Promise<TrackResult> {
    return this.call({ op: 'track', process, topic, key, meta });
  }

  /** Replaces the meta: leave and join in one diff, with `phx_ref_prev`. */
  update(process: Process, topic: string, key: string, meta: MetaUpdate): Promise<TrackResult> {
    return this.call({ op: 'update', process, topic, key, meta });
  }

  /** Stops tracking one key, or without a key all that the process tracks on this topic. */
  async untrack(process: Process, topic: string, key: string | null = null): Promise<void> {
    await this.call({ op: 'untrack', process, topic, key });
  }

  /** Everybody on a topic. */
  async list(topic: string): Promise<PresenceMap> {
    const presences = groupByKey(await this.entriesOf(topic));
    return this.parts.fetch === undefined ? presences : this.parts.fetch(topic, presences);
  }

  /** What `list` has under one key; null when there is nobody. */
  async getByKey(topic: string, key: string): Promise<KeyPresence | null> {
    const entries = await this.entriesOf(topic);
    const presences = groupByKey(entries.filter((entry) => entry.key === key));
    const fetched = this.parts.fetch === undefined ? presences : await this.parts.fetch(topic, presences);
    return fetched[key] ?? null;
  }

  /** One table per shard that lives. */
  tableSizes(): TableSize[] {
    return this.shardNames.flatMap((name) => {
      const shard = this.parts.runtime.whereIs(name);
      if (!(shard instanceof TrackerShard)) return [];
      return [{ name, rows: shard.presences.rows, bytes: shard.presences.bytes }];
    });
  }

  /** permdown_on_shutdown: ends the shards, and the other nodes need not wait 30 s to see this one's presences leave. */
  sayGoodbye(): void {
    for (const name of this.shardNames) {
      const shard = this.parts.runtime.whereIs(name);
      if (shard instanceof TrackerShard) shard.sayGoodbye();
    }
  }

  private shardOf(topic: string): string {
    return this.shardNames[crc32(topic) % this.shardNames.length] ?? '';
  }

  private call(request: TrackerRequest): Promise<TrackResult> {
    const { runtime } = this.parts;
    return callServer(runtime, this.shardOf(request.topic), request, CALL_TIMEOUT_MS) as Promise<TrackResult>;
  }

  private async entriesOf(topic: string): Promise<Entry[]> {
    await this.call({ op: 'list', topic });
    const shard = this.parts.runtime.whereIs(this.shardOf(topic));
    if (!(shard instanceof TrackerShard)) throw new Exit('noproc');
    return shard.presences.list(topic);
  }

  private publish(topic: string, joins: PresenceMap, leaves: PresenceMap): void {
    if (this.queue === null) this.dispatch(topic, { joins, leaves });
    else this.queue.push(topic, { joins, leaves });
  }

  // Local only: each node reports what it sees when it sees it.
  private dispatch(topic: string, diff: { joins: PresenceMap; leaves: PresenceMap }): void {
    this.parts.pubsub.dispatch(Broadcast.of(topic, 'presence_diff', diff));
  }
}
