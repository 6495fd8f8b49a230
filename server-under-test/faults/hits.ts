/** What a fault counts, in the plural. Each thing counts once, however often it is hit. */
export type HitUnit =
  | 'channels'
  | 'connections'
  | 'joins'
  | 'orphans'
  | 'calls'
  | 'processes'
  | 'handlers'
  | 'rows'
  | 'nodes';

/** How many a fault has hit by now. */
export interface Hits {
  readonly count: number;
  /** How many it could have hit, those it has hit included; null where nobody can tell, or has not looked. */
  readonly of: number | null;
  readonly what: HitUnit;
}

/** What several nodes say of one fault, as one figure; null when none of them has said anything. */
export function sumHits(all: readonly Hits[]): Hits | null {
  const [first] = all;
  if (first === undefined) return null;
  let [count, of]: [number, number | null] = [0, 0];
  for (const one of all) {
    count += one.count;
    of = of === null || one.of === null ? null : of + one.of;
  }
  return { count, of, what: first.what };
}
