/**
 * When the event loop of this worker stood still, as far back as a timeout looks,
 * and which turn of it this is. For the question whether it was us.
 */

/** A loop that comes back after less than this has not stood still, in microseconds. */
const LEAST_US = 50_000;

/** Halts that are kept: more than ten seconds hold of that length. */
const KEPT = 256;

/** What a timeout wants to know of our own loop. */
export type OwnTime = {
  /** How much of a span the loop stood still, in microseconds. */
  stoodStillUs(fromUs: number, toUs: number): number;
  /** The turn of the loop that runs: what is read in it was there, or came, while it ran. */
  turn(): number;
};

export class Stalls implements OwnTime {
  readonly #fromUs = new Float64Array(KEPT);
  readonly #toUs = new Float64Array(KEPT);
  #count = 0;
  /** When the next look at the loop is due; one that is overdue is a halt that is not over. */
  #dueUs = Infinity;
  #turn = 0;
  #isTurning = false;

  /** A look at the loop is due then. */
  expect(dueUs: number): void {
    this.#dueUs = dueUs;
  }

  /** A look that was due is taken. */
  looked(dueUs: number, nowUs: number): void {
    this.#dueUs = Infinity;
    if (nowUs - dueUs < LEAST_US) return;
    const at = this.#count % KEPT;
    this.#fromUs[at] = dueUs;
    this.#toUs[at] = nowUs;
    this.#count += 1;
  }

  stoodStillUs(fromUs: number, toUs: number): number {
    let sum = toUs - this.#dueUs >= LEAST_US ? toUs - Math.max(fromUs, this.#dueUs) : 0;
    for (let nth = this.#count - 1; nth >= 0 && nth >= this.#count - KEPT; nth--) {
      const endUs = this.#toUs[nth % KEPT] ?? 0;
      if (endUs <= fromUs) break;
      sum += Math.max(0, Math.min(endUs, toUs) - Math.max(this.#fromUs[nth % KEPT] ?? 0, fromUs));
    }
    return sum;
  }

  turn(): number {
    if (!this.#isTurning) {
      this.#isTurning = true;
      // Runs when all that this turn reads has been read.
      setImmediate(() => {
        this.#isTurning = false;
        this.#turn += 1;
      });
    }
    return this.#turn;
  }
}

/** A loop that is always on time, and whose turns all differ: for who asks nothing of it. */
export function neverLate(): OwnTime {
  let turn = 0;
  return { stoodStillUs: () => 0, turn: () => (turn += 1) };
}
