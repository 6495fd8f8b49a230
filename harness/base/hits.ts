/** How many a fault has hit: what is counted, in words, and as a server tells it. */
import { formatCount } from './units.ts';

/** What is counted, each once, and its name where it is one. */
const ONE = {
  clients: 'client',
  connections: 'connection',
  addresses: 'address',
  channels: 'channel',
  joins: 'join',
  orphans: 'orphan',
  calls: 'call',
  processes: 'process',
  handlers: 'handler',
  rows: 'row',
  nodes: 'node',
} as const;

export type HitUnit = keyof typeof ONE;

/** How many a fault has hit, of how many it could have; null where nobody can tell. */
export type Hits = { count: number; of: number | null; what: HitUnit };

/** What is counted, as it is called where there are so many: `1 node`, `2 nodes`. */
export function hitNoun(what: string, count: number): string {
  return count === 1 && isHitUnit(what) ? ONE[what] : what;
}

/** `20,000 of 100,000 clients`, `1 of 1 node`, `412 calls`. */
export function hitWords({ count, of, what }: Hits): string {
  const many = of === null ? '' : ` of ${formatCount(of)}`;
  return `${formatCount(count)}${many} ${hitNoun(what, of ?? count)}`;
}

/** The hits in what a control port answers; null where it says nothing of them, or nothing that can be. */
export function readHits(answer: unknown): Hits | null {
  if (!isObject(answer) || !isObject(answer['hits'])) return null;
  const { count, of, what } = answer['hits'];
  if (!isCount(count) || !(of === null || isCount(of)) || !isHitUnit(what)) return null;
  return of !== null && of < count ? null : { count, of, what };
}

function isHitUnit(word: unknown): word is HitUnit {
  return typeof word === 'string' && Object.hasOwn(ONE, word);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
