/** Which columns of the feed a drill asks for. */
import type { QuickDrill } from './drill.ts';
import type { PayloadNode } from './payload-template.ts';
import type { Hole, Text } from './template.ts';

/** The columns in the order they are first used. */
export function columnsOf(drill: QuickDrill): string[] {
  const columns = new Set<string>();
  for (const hole of holesOf(drill)) if (hole.kind === 'row') columns.add(hole.column);
  return [...columns];
}

function* holesOf({ joins, sends, params, headers, authToken }: QuickDrill): Iterable<Hole> {
  for (const { value } of [...params, ...headers]) yield* holesOfText(value);
  if (authToken !== null) yield* holesOfText(authToken);
  for (const { topic, payload } of joins) yield* [...holesOfText(topic), ...holesOfPayload(payload)];
  for (const { event, payload } of sends) yield* [...holesOfText(event), ...holesOfPayload(payload)];
}

/** The holes of a text, in the order they stand. */
export function holesOfText(text: Text): Hole[] {
  return text.filter((part): part is Hole => typeof part !== 'string');
}

/** The holes of a payload, in the order they stand. */
export function holesOfPayload(node: PayloadNode | null): Hole[] {
  if (node === null || node.kind === 'literal') return [];
  if (node.kind === 'text') return holesOfText(node.text);
  if (node.kind === 'hole') return [node.hole];
  const inner = node.kind === 'list' ? node.items : node.fields.map(([, value]) => value);
  return inner.flatMap(holesOfPayload);
}
