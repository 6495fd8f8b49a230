/** What single looks at a server say over time: cores used, events per second, the last minute's mailboxes. */
import type { ServerTrend } from '../record/observe-view.ts';
import type { ServerView } from '../record/server-view.ts';

const SECONDS = 60;

type Look = { atUs: number; value: number };

export class TrendKeeper {
  readonly #cpu = new Map<string, Look>();
  #events: { atUs: number; counts: Map<string, number> } | null = null;
  /** By full second of the clock. */
  readonly #waiting = new Map<number, number>();
  #cores: (number | null)[] = [];
  #rates: ServerTrend['rates'] = [];

  /** Takes a look in; what can be compared with an earlier one becomes a rate. */
  add(server: ServerView, atUs: number): void {
    this.#cores = server.nodes.map(({ name, cpuMs, alive, stale }) => {
      if (!alive || stale || cpuMs === null) return null;
      const before = this.#cpu.get(name);
      this.#cpu.set(name, { atUs, value: cpuMs });
      // A smaller figure than before is another process under the old name.
      if (!before || atUs <= before.atUs || cpuMs < before.value) return null;
      return ((cpuMs - before.value) * 1e3) / (atUs - before.atUs);
    });
    this.#addEvents(server, atUs);
    const second = Math.floor(atUs / 1e6);
    this.#waiting.set(second, Math.max(this.#waiting.get(second) ?? 0, server.mailbox.sum));
    for (const old of this.#waiting.keys()) if (old <= second - SECONDS) this.#waiting.delete(old);
  }

  /** The trend as of that moment. */
  at(nowUs: number): ServerTrend {
    const last = Math.floor(nowUs / 1e6);
    const waiting = Array.from(
      { length: SECONDS },
      (_, index) => this.#waiting.get(last - SECONDS + 1 + index) ?? Number.NaN,
    );
    return { cores: this.#cores, rates: this.#rates, waiting };
  }

  #addEvents(server: ServerView, atUs: number): void {
    const counts = new Map(server.events.map(({ name, count }) => [name, count]));
    const before = this.#events;
    this.#events = { atUs, counts };
    if (!before || atUs <= before.atUs) return;
    const seconds = (atUs - before.atUs) / 1e6;
    this.#rates = [...counts]
      .map(([name, count]) => ({ name, perSecond: rise(before.counts.get(name), count) / seconds }))
      .toSorted((a, b) => b.perSecond - a.perSecond);
  }
}

/** A count that fell began anew, with a node that did; an event never seen before has just begun. */
function rise(before: number | undefined, now: number): number {
  if (before === undefined) return now;
  return now >= before ? now - before : 0;
}
