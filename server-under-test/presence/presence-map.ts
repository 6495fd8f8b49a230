import type { Entry, Meta } from './entry.ts';

/** What stands under one key: its metas, oldest first, and what `fetch` added beside them. */
export interface KeyPresence {
  readonly metas: readonly Meta[];
  readonly [field: string]: unknown;
}

/** Presences by key; without a prototype, so that any name is an ordinary key (phoenix-semantics 6.3). */
export type PresenceMap = Record<string, KeyPresence>;

/** Groups entries by key: one per user, one meta per tab. */
export function groupByKey(entries: readonly Entry[]): PresenceMap {
  const presences = Object.create(null) as PresenceMap;
  for (const { key, meta } of entries) {
    const metas = presences[key]?.metas as Meta[] | undefined;
    if (metas === undefined) presences[key] = { metas: [meta] };
    else metas.push(meta);
  }
  return presences;
}
