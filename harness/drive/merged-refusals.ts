/** The refusals of all workers as those of one run. */
import type { Refusal } from '../base/refusal.ts';

/** Alike ones added up, most frequent first. */
export function mergeRefusals(parts: readonly (readonly Refusal[])[]): Refusal[] {
  const byKind = new Map<string, Refusal>();
  for (const refusal of parts.flat()) {
    const { operation, topic, event, how, cause } = refusal;
    // As JSON, so that no text of a server's choosing can make two kinds one.
    const kind = JSON.stringify([operation, topic, event, how, cause]);
    const known = byKind.get(kind);
    if (known) known.count += refusal.count;
    else byKind.set(kind, { ...refusal });
  }
  return [...byKind.values()].toSorted((a, b) => b.count - a.count);
}
