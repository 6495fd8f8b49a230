// Payloads are the caller's own affair; an order is this deep at most.
const DEEPEST = 2;

interface Level {
  readonly path: string;
  readonly seen: Set<string> | null;
  key: string;
}

/**
 * Paths of the fields that stand twice in the first two levels of a JSON text, which must be valid.
 * JSON.parse keeps the last one and says nothing; in an order that is a slip worth telling.
 */
export function duplicateFields(text: string): string[] {
  const found: string[] = [];
  const levels: Level[] = [];
  const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g;
  let lastText = '';
  for (const [token] of text.matchAll(tokens)) {
    const level = levels.at(-1);
    if (token === '{' || token === '[') {
      const isDeep = levels.length >= DEEPEST;
      const path = level === undefined || level.key === '' || isDeep ? '' : `${level.path}${level.key}.`;
      levels.push({ path, seen: token === '[' || isDeep ? null : new Set(), key: '' });
    } else if (token === '}' || token === ']') {
      levels.pop();
    } else if (token !== ':') {
      lastText = token;
    } else if (level !== undefined && level.seen !== null) {
      level.key = JSON.parse(lastText) as string;
      if (level.seen.has(level.key)) found.push(level.path + level.key);
      level.seen.add(level.key);
    }
  }
  return found;
}
