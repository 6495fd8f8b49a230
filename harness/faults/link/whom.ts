/**
 * Whom a fault on links hits: a share by seed, and of that only who has joined
 * a matching topic and carries the tag. The same seed hits the same clients,
 * whichever worker has them.
 */
import { drawFor } from '../../base/random.ts';
import type { FaultParams } from '../../scenario/fault-spec.ts';
import { topicMatcher } from '../topic-pattern.ts';
import type { LinkTarget } from './link-fault.ts';

const ALL = '*';

export class Whom {
  #share: number;
  /** Whose draw is below this has had its turn. */
  #from = 0;
  readonly #seed: number;
  readonly #tag: string;
  readonly #matches: ((topic: string) => boolean) | null;
  /** Who was hit, where it takes more than a seed to tell. */
  readonly #hit: Set<number> | null;

  constructor(params: FaultParams, seed: number) {
    const topic = String(params['topic'] ?? ALL);
    this.#share = Number(params['share'] ?? 1);
    this.#seed = seed;
    this.#tag = String(params['tag'] ?? ALL);
    this.#matches = topic === ALL ? null : topicMatcher(topic);
    this.#hit = this.#tag === ALL && this.#matches === null ? null : new Set();
  }

  /** A larger share; who was in it stays in it. */
  raise(share: number): void {
    this.#share = share;
  }

  /** A larger share, of which only those count that were not in it before. */
  raiseToOthers(share: number): void {
    this.#from = this.#share;
    this.#share = share;
  }

  hits({ index, socket }: LinkTarget): boolean {
    const draw = drawFor(this.#seed, index);
    if (draw >= this.#share || draw < this.#from) return false;
    if (this.#tag !== ALL && !(socket.tags?.includes(this.#tag) ?? false)) return false;
    const matches = this.#matches;
    const { channels } = socket;
    if (matches && !channels.some(({ state, topic }) => state === 'joined' && matches(topic))) return false;
    this.#hit?.add(index);
    return true;
  }

  /** True of a client that opens a connection while the fault is on: one it has hit, or would have. */
  holds(index: number): boolean {
    return this.#hit === null ? drawFor(this.#seed, index) < this.#share : this.#hit.has(index);
  }
}
