/** One other node as last heard of. */
export interface Peer {
  readonly node: number;
  /** Its tracker's present life; a restart is another one. */
  readonly replica: string;
  up: boolean;
  heardMs: number;
}

/** What time or a heartbeat did to a peer. `gone` is for good. */
export interface PeerChange {
  readonly peer: Peer;
  readonly now: 'up' | 'down' | 'gone';
}

/** The other nodes that run this tracker, and how long each has been silent. */
export class Peers {
  private readonly byNode = new Map<number, Peer>();

  /** Notes a heartbeat; a new life of a node ends its old one. */
  heard(node: number, replica: string, nowMs: number): PeerChange[] {
    const known = this.byNode.get(node);
    if (known !== undefined && known.replica === replica) {
      known.heardMs = nowMs;
      if (known.up) return [];
      known.up = true;
      return [{ peer: known, now: 'up' }];
    }
    const peer: Peer = { node, replica, up: true, heardMs: nowMs };
    this.byNode.set(node, peer);
    const arrived: PeerChange = { peer, now: 'up' };
    return known === undefined ? [arrived] : [{ peer: known, now: 'gone' }, arrived];
  }

  /** Finds who has been silent for longer than `downMs`, or longer than `permdownMs`. */
  detectDowns(nowMs: number, downMs: number, permdownMs: number): PeerChange[] {
    const changes: PeerChange[] = [];
    for (const peer of this.byNode.values()) {
      const silentMs = nowMs - peer.heardMs;
      if (silentMs > permdownMs) {
        this.byNode.delete(peer.node);
        changes.push({ peer, now: 'gone' });
      } else if (silentMs > downMs && peer.up) {
        peer.up = false;
        changes.push({ peer, now: 'down' });
      }
    }
    return changes;
  }

  /** Forgets a node that said goodbye in that life. */
  leave(node: number, replica: string): PeerChange[] {
    const peer = this.byNode.get(node);
    if (peer?.replica !== replica) return [];
    this.byNode.delete(node);
    return [{ peer, now: 'gone' }];
  }
}
