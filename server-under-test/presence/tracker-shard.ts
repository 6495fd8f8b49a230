import type { Timer } from '../otp/clock.ts';
import { RemoteMessage, type Distribution } from '../otp/distribution.ts';
import type { ExitReason } from '../otp/exit-reason.ts';
import { GenServer } from '../otp/gen-server.ts';
import type { Process, ProcessKind } from '../otp/process.ts';
import type { Runtime } from '../otp/runtime.ts';
import { ExitMessage } from '../otp/signals.ts';
import type { Entry, Meta } from './entry.ts';
import { Holdings } from './holdings.ts';
import type { TrackerPeriods } from './periods.ts';
import { PhxRefs } from './phx-ref.ts';
import { Replication } from './replication.ts';
import { PresenceState } from './state.ts';
import { reportByTopic, type DiffHandler } from './topic-diffs.ts';
import type { TrackerMessage } from './tracker-message.ts';
import type { MetaUpdate, TrackerRequest, TrackResult } from './tracker-request.ts';

const BEAT = Symbol('heartbeat');
const GOODBYE = Symbol('graceful_permdown');
const NONE: readonly Entry[] = [];

/** What a shard is made of. */
export interface ShardParts {
  /** It is registered under it; the same on every node. */
  readonly name: string;
  readonly distribution: Distribution | null;
  readonly periods: TrackerPeriods;
  /** A draw in [0, 1): how much of the stutter the first heartbeat waits. */
  readonly draw: () => number;
  readonly onDiff: DiffHandler;
}

/**
 * The process that owns the presences of its topics (phoenix-semantics 5.2).
 *
 * It is linked to every process it tracks and traps exits: their death is their leave, and its own death ends them all.
 */
export class TrackerShard extends GenServer {
  readonly presences: PresenceState;
  private readonly holdings = new Holdings();
  private readonly refs: PhxRefs;
  private readonly replication: Replication;
  private readonly onDiff: DiffHandler;
  private readonly broadcastMs: number;
  private timer: Timer;

  constructor(runtime: Runtime, parts: ShardParts) {
    super(runtime);
    const { name, distribution, periods, draw, onDiff } = parts;
    const { clock, node } = runtime;
    this.trapsExits = true;
    this.onDiff = onDiff;
    this.refs = new PhxRefs(clock, `${node}.${this.id}`);
    // Another life of this node or of this shard is another replica.
    this.presences = new PresenceState(`${node}@${Math.floor(clock.wallMs())}.${this.id}`);
    this.replication = new Replication({
      clock,
      state: this.presences,
      name,
      distribution,
      periods,
      onDiff: ({ joins, leaves }) => reportByTopic(onDiff, joins, leaves),
    });
    this.broadcastMs = periods.broadcastMs;
    runtime.register(name, this);
    this.timer = this.beatAfter(Math.floor(draw() * (periods.broadcastMs * periods.stutterShare + 1)));
  }

  /** Ends the shard, having told the other nodes not to wait for it (phoenix-semantics 5.2, permdown_on_shutdown). */
  sayGoodbye(): void {
    this.send(GOODBYE);
  }

  override get kind(): ProcessKind {
    return 'tracker';
  }

  protected override handleInfo(message: unknown): void {
    if (message instanceof ExitMessage) this.exited(message.from);
    else if (message instanceof RemoteMessage) {
      this.replication.receive(message.from, message.payload as TrackerMessage);
    } else if (message === BEAT) this.beat();
    else if (message === GOODBYE) {
      this.replication.sayGoodbye();
      this.stop('normal');
    }
  }

  protected override handleCall(request: unknown): TrackResult | null {
    const asked = request as TrackerRequest;
    switch (asked.op) {
      case 'track':
        return this.track(asked.process, asked.topic, asked.key, asked.meta);
      case 'update':
        return this.update(asked.process, asked.topic, asked.key, asked.meta);
      case 'untrack':
        return this.untrack(asked.process, asked.topic, asked.key);
      case 'list':
        // The caller reads for itself: the call only puts it behind everything that was asked before.
        return null;
    }
  }

  protected override ended(reason: ExitReason): void {
    super.ended(reason);
    this.timer.cancel();
  }

  private track(process: Process, topic: string, key: string, meta: Meta): TrackResult {
    if (this.holdings.find(process, topic, key) !== null) return { tag: 'error', reason: 'already_tracked' };
    const ref = this.refs.next();
    const entry = this.presences.join(topic, key, { ...meta, phx_ref: ref });
    this.holdings.add(process, entry);
    this.onDiff(topic, [entry], NONE);
    // One that is dead already answers with its exit signal, which is its leave.
    this.link(process);
    return { tag: 'ok', ref };
  }

  private update(process: Process, topic: string, key: string, change: MetaUpdate): TrackResult {
    const old = this.holdings.find(process, topic, key);
    if (old === null) return { tag: 'error', reason: 'nopresence' };
    const meta = typeof change === 'function' ? change(old.meta) : change;
    const ref = this.refs.next();
    const entry = this.presences.replace(old, { ...meta, phx_ref: ref, phx_ref_prev: old.meta['phx_ref'] });
    this.holdings.remove(process, [old]);
    this.holdings.add(process, entry);
    this.onDiff(topic, [entry], [old]);
    return { tag: 'ok', ref };
  }

  private untrack(process: Process, topic: string, key: string | null): null {
    const leaves = this.holdings
      .of(process)
      .filter((entry) => entry.topic === topic && (key === null || entry.key === key));
    this.depart(process, leaves);
    if (!this.holdings.has(process)) this.unlink(process);
    return null;
  }

  private exited(process: Process | null): void {
    if (process !== null) this.depart(process, this.holdings.of(process));
  }

  private depart(process: Process, leaves: readonly Entry[]): void {
    this.holdings.remove(process, leaves);
    for (const entry of leaves) this.presences.leave(entry);
    reportByTopic(this.onDiff, NONE, leaves);
  }

  private beat(): void {
    this.replication.beat();
    this.timer = this.beatAfter(this.broadcastMs);
  }

  private beatAfter(ms: number): Timer {
    return this.runtime.clock.after(ms, () => this.send(BEAT));
  }
}
