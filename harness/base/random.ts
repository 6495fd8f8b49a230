/**
 * Seeded randomness: the same seed gives the same run. Every draw in the
 * harness comes through `Random`; every selection of a share through `hash`.
 */

/** A 32-bit hash of a number or text under a seed (murmur3's finaliser over FNV-1a). */
export function hash(seed: number, value: number | string): number {
  let h = (seed ^ 0x811c9dc5) >>> 0;
  if (typeof value === 'number') {
    h = Math.imul(h ^ (value >>> 0), 0x01000193) >>> 0;
  } else {
    for (let i = 0; i < value.length; i++) h = Math.imul(h ^ value.charCodeAt(i), 0x01000193) >>> 0;
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
  return (h ^ (h >>> 16)) >>> 0;
}

/** The draw in [0, 1) of a value under a seed: those below a share are that share of all, always the same ones. */
export function drawFor(seed: number, value: number | string): number {
  return hash(seed, value) / 4_294_967_296;
}

/** A stream of seeded draws (sfc32). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = hash(seed, 1) | 0;
    this.#b = hash(seed, 2) | 0;
    this.#c = hash(seed, 3) | 0;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** A number in [0, 1). */
  next(): number {
    const t = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    return (t >>> 0) / 4_294_967_296;
  }

  /** A whole number in [0, below). */
  integer(below: number): number {
    return Math.floor(this.next() * below);
  }
}
