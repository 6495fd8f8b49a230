/** A set of small whole numbers, a bit each: 12.5 kB for 100,000 clients. */
export class IndexSet {
  #words = new Uint32Array(64);
  /** How many are in it. */
  size = 0;

  has(index: number): boolean {
    return ((this.#words[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }

  add(index: number): void {
    if (this.has(index)) return;
    const at = index >>> 5;
    if (at >= this.#words.length) this.#grow(at);
    this.#words[at] = (this.#words[at] ?? 0) | (1 << (index & 31));
    this.size += 1;
  }

  #grow(at: number): void {
    const words = new Uint32Array(Math.max(at + 1, this.#words.length * 2));
    words.set(this.#words);
    this.#words = words;
  }
}
