/**
 * Which known word was meant: "did you mean" for names that people type.
 * The distance counts letters added, left out, changed or swapped.
 */

/** Letters to add, drop, change or swap with their neighbour to get from one word to the other. */
export function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const changed = from[row - 1] === to[column - 1] ? 0 : 1;
      let cost = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + changed,
      );
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    before = above;
    above = current;
  }
  return above[to.length] ?? 0;
}

/** The known words close to the one typed, nearest first, at most `most`; case and `-` against `_` count nothing. */
export function neighbours(word: string, known: readonly string[], most = 3): string[] {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_\s]/g, '');
  const typed = plain(word);
  // Longer texts are no slip of the finger, and the distance grows with the product of both lengths.
  if (typed.length === 0 || typed.length > 64) return [];
  return known
    .map((name) => {
      const target = plain(name);
      const distance = editDistance(typed, target);
      const part = typed.length >= 4 && (target.includes(typed) || typed.includes(target));
      return { name, distance, close: part || distance <= Math.max(1, Math.floor(typed.length / 3)) };
    })
    .filter((candidate) => candidate.close)
    .toSorted((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, most)
    .map((candidate) => candidate.name);
}

/** A hint for a misspelt name where all names are shown beside it already: none when nothing is near. */
export function nearHint(word: string, known: readonly string[]): { hint?: string } {
  const near = neighbours(word, known);
  return near.length > 0 ? { hint: `did you mean ${near.join(', ')}?` } : {};
}

/** A hint for a misspelt name, or the whole list when nothing is near: for where nothing else shows it. */
export function suggest(word: string, known: readonly string[]): string {
  return nearHint(word, known).hint ?? `known: ${known.join(', ')}`;
}
