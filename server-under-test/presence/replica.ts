import type { Entry } from './entry.ts';
import { Seen } from './seen.ts';

/** One life of one node's tracker, and what is known of it. Only it adds and removes its entries; all others copy. */
export class Replica {
  readonly name: string;
  /** A replica that is down keeps its entries, but nobody sees them. */
  up = true;
  readonly seen = new Seen();
  readonly entries = new Map<number, Entry>();

  constructor(name: string) {
    this.name = name;
  }
}
