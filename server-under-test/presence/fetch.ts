import type { PresenceMap } from './presence-map.ts';

/** Adds fields beside the metas of each key; keys and metas must stay. */
export type Fetch = (topic: string, presences: PresenceMap) => PresenceMap | Promise<PresenceMap>;

/** The payload of a presence_diff. */
export interface PresenceDiff {
  readonly joins: PresenceMap;
  readonly leaves: PresenceMap;
}

/**
 * Runs a fetch per diff and releases the results in the order of the diffs (phoenix-semantics 5.2).
 *
 * A diff that cannot be fetched or encoded is not released, the ones behind it are.
 */
export class DiffQueue {
  private readonly fetch: Fetch;
  private readonly release: (topic: string, diff: PresenceDiff) => void;
  private last: Promise<void> = Promise.resolve();

  constructor(fetch: Fetch, release: (topic: string, diff: PresenceDiff) => void) {
    this.fetch = fetch;
    this.release = release;
  }

  push(topic: string, diff: PresenceDiff): void {
    const before = this.last;
    const fetched = this.fetchBoth(topic, diff);
    // Settled here already: a failure must not wait unhandled for its turn.
    const settled = fetched.catch(() => null);
    const released = before.then(async () => {
      const ready = await settled;
      if (ready !== null) this.release(topic, ready);
    });
    this.last = released.catch(() => {});
  }

  private async fetchBoth(topic: string, diff: PresenceDiff): Promise<PresenceDiff> {
    const [joins, leaves] = await Promise.all([
      this.fetch(topic, diff.joins),
      this.fetch(topic, diff.leaves),
    ]);
    return { joins, leaves };
  }
}
