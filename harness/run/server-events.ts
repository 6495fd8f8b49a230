/** What the server's telemetry counted in a run, second by second and over all of it. */
import { metricParts } from '../base/tagged-metric.ts';
import { CONNECTED, type EventRise } from '../observe/event-rises.ts';
import type { WindowLine } from '../record/timeline-line.ts';

type Counted = Pick<NonNullable<WindowLine['server']>, 'connects' | 'connectsPerSecond' | 'events'>;

/** Adds up the rises between the observer's looks. */
export class ServerEvents {
  readonly #total = new Map<string, number>();
  #since = new Map<string, number>();
  #perSecond: number | null = null;

  /** Takes the rise of one look; null where nothing could be compared. */
  add(rise: EventRise | null): void {
    if (rise === null) return;
    for (const [event, count] of rise.counts) {
      this.#total.set(event, (this.#total.get(event) ?? 0) + count);
      if (count > 0) this.#since.set(event, (this.#since.get(event) ?? 0) + count);
    }
    this.#perSecond = Math.max(this.#perSecond ?? 0, rise.connectsPerSecond);
  }

  /** Since the last call, for a line of the timeline; nothing where no look came in between. */
  take(): Counted {
    if (this.#perSecond === null) return {};
    const counted = {
      connects: this.#since.get(CONNECTED) ?? 0,
      connectsPerSecond: Number(this.#perSecond.toFixed(1)),
      // Not by assignment: an event may be called anything, `__proto__` too.
      events: Object.fromEntries(this.#since),
    };
    this.#since = new Map();
    this.#perSecond = null;
    return counted;
  }

  /** By event, those that never happened too; null when no two looks could be compared. */
  total(): ReadonlyMap<string, number> | null {
    return this.#total.size === 0 ? null : this.#total;
  }
}

/** How many of the events that a metric is about; undefined for an event nobody has heard of. */
type Count = (events: ReadonlyMap<string, number>) => number | undefined;

/** What Phoenix emits by itself; the others are the server's or the application's own. */
const PHOENIX = 'phoenix.';

/** The count behind `server_connects`, `server_events` and `server_events{event:…}`; null for any other metric. */
export function countOfEvents(name: string): Count | null {
  if (name === 'server_connects') return (events) => events.get(CONNECTED);
  const parts = metricParts(name);
  if (parts?.metric !== 'server_events') return null;
  const { tag } = parts;
  if (tag) return (events) => events.get(tag.value);
  return (events) =>
    [...events].reduce((sum, [event, count]) => (event.startsWith(PHOENIX) ? sum + count : sum), 0);
}

/** Over some seconds of the timeline; null where none of them had a look, or nobody knows of such an event. */
export function sumOfEvents(
  count: Count,
  lines: readonly WindowLine[],
  all: ReadonlyMap<string, number> | null | undefined,
): number | null {
  if (all && count(all) === undefined) return null;
  const told = lines.map((line) => line.server?.events).filter((events) => events !== undefined);
  if (told.length === 0) return null;
  return told.reduce((sum, events) => sum + (count(new Map(Object.entries(events))) ?? 0), 0);
}
