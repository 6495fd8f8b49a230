/** Why things were refused, not answered or lost: counted by kind, and few kinds. */
import type { Refusal } from '../base/refusal.ts';
import { topicWords } from './ledger-words.ts';

/** Kinds told apart; the rest is counted by operation and outcome alone. */
const MOST = 200;
const LONGEST = 120;
const OTHERS = 'other causes';

export class Refusals {
  readonly #byKind = new Map<string, Refusal>();

  add(
    operation: Refusal['operation'],
    topic: string | null,
    event: string | null,
    how: string,
    cause: string,
  ): void {
    const pattern = topic === null ? null : topicWords(topic);
    if (this.#count(operation, pattern, event, how, cause, MOST)) return;
    this.#count(operation, null, null, how, OTHERS, Infinity);
  }

  #count(
    operation: Refusal['operation'],
    topic: string | null,
    event: string | null,
    how: string,
    cause: string,
    most: number,
  ): boolean {
    const kind = `${operation} ${how} ${topic} ${event} ${cause}`;
    const known = this.#byKind.get(kind);
    if (known) known.count += 1;
    else if (this.#byKind.size >= most) return false;
    else {
      const [name, why] = [event?.slice(0, LONGEST) ?? null, cause.slice(0, LONGEST)];
      this.#byKind.set(kind, { operation, topic, event: name, how, cause: why, count: 1 });
    }
    return true;
  }

  /** All of them, most frequent first. */
  all(): Refusal[] {
    return [...this.#byKind.values()].toSorted((a, b) => b.count - a.count);
  }
}
