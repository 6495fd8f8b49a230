/** Questions that every worker has to answer: who has, who is still to, what each last said of each fault. */
import type { Hits } from '../base/hits.ts';
import type { HitClients } from './orders.ts';

/** One question. Who is lost owes no answer. */
export class RollCall {
  readonly asked: number;
  readonly #awaited: Set<number>;

  constructor(workers: readonly number[]) {
    this.asked = workers.length;
    this.#awaited = new Set(workers);
  }

  hear(worker: number): void {
    this.#awaited.delete(worker);
  }

  /** How many of those that live have not answered. */
  silent(living: readonly number[]): number {
    return living.filter((worker) => this.#awaited.has(worker)).length;
  }
}

/** Whom each fault has hit by what each worker last said; a worker that is lost has said it. */
export class HitBook {
  readonly #said = new Map<string, Map<number, HitClients>>();

  write(fault: string, worker: number, hit: HitClients): void {
    const said = this.#said.get(fault) ?? new Map<number, HitClients>();
    this.#said.set(fault, said.set(worker, hit));
  }

  hits(fault: string): Hits {
    let [count, of] = [0, 0];
    for (const { clients, there } of this.#said.get(fault)?.values() ?? []) {
      count += clients;
      of += there;
    }
    return { count, of, what: 'clients' };
  }
}
