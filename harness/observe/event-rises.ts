/**
 * Telemetry events between two looks at a server, node by node. Counts only
 * grow, so a look that was missed is made up for by the next; what a node
 * counted between its last look and its end nobody knows.
 */
import type { NodeEvents } from './node-events.ts';

export type EventRise = {
  /** Since the look before, by event; 0 for what did not happen. */
  counts: ReadonlyMap<string, number>;
  /** Sockets connected per second of the time really looked at, all nodes together. */
  connectsPerSecond: number;
};

/** Every opening that came to connect/3, accepted or not (phoenix-semantics 7.1). */
export const CONNECTED = 'phoenix.socket_connected';

type Look = { atUs: number; osPid: number | null; counts: ReadonlyMap<string, number> };

export class EventRises {
  readonly #before = new Map<string, Look>();
  #lastUs: number | null = null;

  /** Takes a look in; null when nothing of it can be compared with an earlier one. */
  add(nodes: readonly NodeEvents[], atUs: number): EventRise | null {
    const lastUs = this.#lastUs;
    if (nodes.length > 0) this.#lastUs = atUs;
    const counts = new Map<string, number>();
    let connectsPerSecond: number | null = null;
    for (const node of nodes) {
      const before = this.#before.get(node.name);
      // Figures of earlier are good to count from, and not to count up to.
      if (!node.fresh && lastUs !== null) continue;
      // Of the first look nobody knows since when; a node that comes later has counted from 0.
      const fromUs = before?.atUs ?? lastUs;
      if (fromUs !== null && atUs <= fromUs) continue;
      this.#before.set(node.name, { atUs, osPid: node.osPid, counts: node.counts });
      if (fromUs === null) continue;
      const rises = riseOf(node, before);
      for (const [event, count] of rises) counts.set(event, (counts.get(event) ?? 0) + count);
      connectsPerSecond = (connectsPerSecond ?? 0) + ((rises.get(CONNECTED) ?? 0) * 1e6) / (atUs - fromUs);
    }
    return connectsPerSecond === null ? null : { counts, connectsPerSecond };
  }
}

/** A node that was started anew under its name, or any count of which fell, has counted from 0. */
function riseOf({ osPid, counts }: NodeEvents, before: Look | undefined): Map<string, number> {
  const isSame =
    before !== undefined &&
    before.osPid === osPid &&
    [...counts].every(([event, count]) => count >= (before.counts.get(event) ?? 0));
  return new Map(
    [...counts].map(([event, count]) => [event, count - (isSame ? (before.counts.get(event) ?? 0) : 0)]),
  );
}
