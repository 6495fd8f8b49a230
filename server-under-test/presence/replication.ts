import type { Clock } from '../otp/clock.ts';
import type { Distribution } from '../otp/distribution.ts';
import type { Entry } from './entry.ts';
import { Peers, type PeerChange } from './peers.ts';
import type { TrackerPeriods } from './periods.ts';
import type { Clocks, Diff, PresenceState } from './state.ts';
import type { TrackerMessage } from './tracker-message.ts';

const NOBODY: readonly Entry[] = [];

/** What replication needs of the tracker it serves. */
export interface ReplicationParts {
  readonly clock: Clock;
  readonly state: PresenceState;
  /** The same name on every node. */
  readonly name: string;
  /** Null on a node that will never have others. */
  readonly distribution: Distribution | null;
  readonly periods: TrackerPeriods;
  /** Gets one diff per delta, state, or node that came or went. */
  readonly onDiff: (diff: Diff) => void;
}

/**
 * Keeps one tracker's state equal to those of the same name on other nodes (phoenix-semantics 5.2).
 *
 * Deltas go out once a period and are lost without a word when a node is cut off; clocks that come with the heartbeats show
 * the gap, and who has what is missing is asked for it. That a node is out of reach does not count: only its silence does.
 */
export class Replication {
  private readonly parts: ReplicationParts;
  private readonly peers = new Peers();
  private silent: number;
  private periodsToSample: number;
  /** Clocks heard since the last sample, by node. */
  private readonly heard = new Map<number, Clocks>();

  constructor(parts: ReplicationParts) {
    this.parts = parts;
    // The first heartbeat goes out even if it has nothing to tell.
    this.silent = parts.periods.silentPeriods;
    this.periodsToSample = parts.periods.samplePeriods;
  }

  /** What is due once a period. */
  beat(): void {
    this.sendHeartbeat();
    this.periodsToSample -= 1;
    if (this.periodsToSample === 0) this.askForMissing();
    const { clock, periods } = this.parts;
    this.obey(this.peers.detectDowns(clock.nowMs(), periods.downMs, periods.permdownMs));
  }

  /** Handles what the tracker of another node sent. */
  receive(from: number, message: TrackerMessage): void {
    const { clock, state, name, distribution, onDiff } = this.parts;
    switch (message.type) {
      case 'heartbeat':
        this.obey(this.peers.heard(from, message.replica, clock.nowMs()));
        if (message.delta !== null) onDiff(state.merge([message.delta]));
        this.heard.set(from, message.clocks);
        break;
      case 'transfer_req': {
        const slices = state.slicesFor(message.replica, message.clocks);
        const answer: TrackerMessage = { type: 'transfer_ack', slices };
        distribution?.send(from, name, answer);
        break;
      }
      case 'transfer_ack':
        onDiff(state.merge(message.slices));
        break;
      case 'permdown':
        this.obey(this.peers.leave(from, message.replica));
        break;
    }
  }

  /** Tells the others that this node will not be back, so that they need not wait for its silence. */
  sayGoodbye(): void {
    this.sendAll({ type: 'permdown', replica: this.parts.state.replica });
  }

  private sendHeartbeat(): void {
    const { state, periods } = this.parts;
    const delta = state.takeDelta();
    if (delta === null && this.silent < periods.silentPeriods) {
      this.silent += 1;
      return;
    }
    this.silent = 0;
    this.sendAll({ type: 'heartbeat', replica: state.replica, delta, clocks: state.clocks() });
  }

  private sendAll(message: TrackerMessage): void {
    const { distribution, name } = this.parts;
    for (const node of distribution?.connected() ?? []) distribution?.send(node, name, message);
  }

  /** Asks as few nodes as can be: who knows most comes first, and is taken to answer for all it knows. */
  private askForMissing(): void {
    const { state, periods, name, distribution } = this.parts;
    this.periodsToSample = periods.samplePeriods;
    const clocks = state.clocks();
    const promised = new Map(clocks);
    for (const [node, theirs] of [...this.heard].toSorted((a, b) => total(b[1]) - total(a[1]))) {
      // Of replicas not met here yet nothing is taken, so nothing of them is missing.
      const news = theirs.filter(([replica, clock]) => clock > (promised.get(replica) ?? clock));
      if (news.length === 0) continue;
      for (const [replica, clock] of news) promised.set(replica, clock);
      const question: TrackerMessage = { type: 'transfer_req', replica: state.replica, clocks };
      distribution?.send(node, name, question);
    }
    this.heard.clear();
  }

  private obey(changes: readonly PeerChange[]): void {
    for (const { peer, now } of changes) {
      const { state, onDiff } = this.parts;
      if (now === 'up') {
        onDiff({ joins: state.replicaUp(peer.replica), leaves: NOBODY });
        continue;
      }
      onDiff({ joins: NOBODY, leaves: state.replicaDown(peer.replica) });
      if (now === 'gone') state.forget(peer.replica);
    }
  }
}

function total(clocks: Clocks): number {
  return clocks.reduce((sum, [, clock]) => sum + clock, 0);
}
