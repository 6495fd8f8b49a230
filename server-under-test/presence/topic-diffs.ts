import type { Entry } from './entry.ts';

/** Gets what changed on one topic, at once and in order: handle_diff. */
export type DiffHandler = (topic: string, joins: readonly Entry[], leaves: readonly Entry[]) => void;

interface TopicDiff {
  readonly joins: Entry[];
  readonly leaves: Entry[];
}

/** Reports one diff per topic, whatever number of entries there are. */
export function reportByTopic(onDiff: DiffHandler, joins: readonly Entry[], leaves: readonly Entry[]): void {
  const only = leaves.length === 1 && joins.length === 0 ? leaves[0] : undefined;
  if (only !== undefined) return onDiff(only.topic, joins, leaves);
  const byTopic = new Map<string, TopicDiff>();
  for (const entry of joins) diffOf(byTopic, entry.topic).joins.push(entry);
  for (const entry of leaves) diffOf(byTopic, entry.topic).leaves.push(entry);
  for (const [topic, diff] of byTopic) onDiff(topic, diff.joins, diff.leaves);
}

function diffOf(byTopic: Map<string, TopicDiff>, topic: string): TopicDiff {
  let diff = byTopic.get(topic);
  if (diff === undefined) byTopic.set(topic, (diff = { joins: [], leaves: [] }));
  return diff;
}
