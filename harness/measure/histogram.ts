/**
 * Latency histograms: microseconds, three significant digits, up to an hour.
 * The cells are those of HdrHistogram (2,048 of one unit, then 1,024 for each
 * doubling), so its logs and readers fit; what lies outside the range is clamped,
 * never thrown away. Only the doublings that hold samples have memory: 4 KB each.
 */

/** Largest value kept apart. */
const HIGHEST = 3_600_000_000;
const HALF = 1_024;
/** Chunks of `HALF` cells up to `HIGHEST`. */
const CHUNKS = 23;
/** Sum, least and largest before the cells of an encoded one. */
const HEAD_BYTES = 24;
// A step and a count of every cell, at their longest.
const LONGEST = HEAD_BYTES + CHUNKS * HALF * (3 + 5);

let scratch: Buffer | null = null;

export class Histogram {
  readonly #chunks: (Uint32Array | null)[] = [];
  readonly #lowest: number;
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = 0;

  /** `lowest` is what smaller values count as. */
  constructor(lowest: 0 | 1 = 1) {
    this.#lowest = lowest;
    for (let chunk = 0; chunk < CHUNKS; chunk++) this.#chunks.push(null);
  }

  /** Records one duration in µs; below 1 counts as 1, above an hour as an hour. */
  record(us: number): void {
    const value = us > this.#lowest ? (us > HIGHEST ? HIGHEST : Math.round(us)) : this.#lowest;
    const bucket = 21 - Math.clz32(value | 2_047);
    const index = bucket * HALF + (value >>> bucket);
    const chunk = this.#chunks[index >>> 10] ?? this.#grow(index >>> 10);
    // An index within a typed array is never undefined.
    chunk[index & 1_023] = (chunk[index & 1_023] as number) + 1;
    this.#count += 1;
    this.#sum += value;
    if (value > this.#max) this.#max = value;
    if (value < this.#min) this.#min = value;
  }

  #grow(chunk: number): Uint32Array {
    const cells = new Uint32Array(HALF);
    this.#chunks[chunk] = cells;
    return cells;
  }

  get count(): number {
    return this.#count;
  }

  /** Mean in µs; 0 when empty. */
  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  /** Exact sum of all values in µs. */
  get sum(): number {
    return this.#sum;
  }

  /** Smallest value, exact; 0 when empty. */
  get min(): number {
    return this.#count === 0 ? 0 : this.#min;
  }

  /** Largest value, exact; 0 when empty. */
  get max(): number {
    return this.#max;
  }

  /** The value in µs that `percentile` (0..100) of the samples do not exceed: the upper edge of its cell; 0 when empty. */
  percentile(percentile: number): number {
    if (percentile <= 0) return this.min;
    // A share of a count may come out a hair above the whole number it is.
    const wanted = Math.max(1, Math.ceil((Math.min(percentile, 100) / 100) * this.#count * (1 - 2 ** -52)));
    let seen = 0;
    for (const [at, cells] of this.#chunks.entries()) {
      if (!cells) continue;
      for (const [cell, count] of cells.entries()) {
        seen += count;
        if (count === 0 || seen < wanted) continue;
        const index = at * HALF + cell;
        return Math.min(this.#max, lowerEdge(index) + widthOf(index) - 1);
      }
    }
    return this.max;
  }

  /** As bytes, for `addEncoded`: sum, least, largest, then each cell that holds samples as a step and a count. */
  encode(): Buffer {
    scratch ??= Buffer.allocUnsafeSlow(LONGEST);
    scratch.writeDoubleLE(this.#sum, 0);
    scratch.writeDoubleLE(this.#min, 8);
    scratch.writeDoubleLE(this.#max, 16);
    let to = HEAD_BYTES;
    let last = 0;
    for (const [at, cells] of this.#chunks.entries()) {
      if (!cells) continue;
      for (let cell = 0; cell < HALF; cell++) {
        const count = cells[cell] as number;
        if (count === 0) continue;
        const index = at * HALF + cell;
        to = writeVarint(scratch, to, index - last);
        to = writeVarint(scratch, to, count);
        last = index;
      }
    }
    return Buffer.from(scratch.subarray(0, to));
  }

  /** Adds an encoded histogram. */
  addEncoded(bytes: Buffer): void {
    this.#noteExtremes(bytes.readDoubleLE(0), bytes.readDoubleLE(8), bytes.readDoubleLE(16));
    let index = 0;
    for (READ.at = HEAD_BYTES; READ.at < bytes.length;) {
      index += readVarint(bytes);
      const count = readVarint(bytes);
      const cells = this.#chunks[index >>> 10] ?? this.#grow(index >>> 10);
      cells[index & 1_023] = (cells[index & 1_023] as number) + count;
      this.#count += count;
    }
  }

  add(other: Histogram): void {
    this.#noteExtremes(other.#sum, other.#min, other.#max);
    this.#count += other.#count;
    for (const [at, cells] of other.#chunks.entries()) {
      if (!cells) continue;
      const mine = this.#chunks[at] ?? this.#grow(at);
      for (let cell = 0; cell < HALF; cell++) mine[cell] = (mine[cell] as number) + (cells[cell] as number);
    }
  }

  #noteExtremes(sum: number, min: number, max: number): void {
    this.#sum += sum;
    if (max > this.#max) this.#max = max;
    if (min < this.#min) this.#min = min;
  }

  reset(): void {
    if (this.#count === 0) return;
    for (const cells of this.#chunks) cells?.fill(0);
    this.#count = 0;
    this.#sum = 0;
    this.#min = Infinity;
    this.#max = 0;
  }

  /** Calls back for each cell that holds samples, rising: lower edge and width in µs, count. */
  forEachCell(visit: (fromUs: number, widthUs: number, count: number) => void): void {
    for (const [at, cells] of this.#chunks.entries()) {
      if (!cells) continue;
      for (const [cell, count] of cells.entries()) {
        if (count === 0) continue;
        const index = at * HALF + cell;
        visit(lowerEdge(index), widthOf(index), count);
      }
    }
  }
}

/** A cell's width doubles with each chunk after the second. */
function widthOf(index: number): number {
  return 2 ** Math.max(0, (index >>> 10) - 1);
}

function lowerEdge(index: number): number {
  return index < 2 * HALF ? index : ((index & 1_023) + HALF) * widthOf(index);
}

function writeVarint(bytes: Buffer, from: number, value: number): number {
  let at = from;
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
  bytes[at++] = rest;
  return at;
}

/** Where `readVarint` reads: one place for all, so that a number is all it returns. */
const READ = { at: 0 };

function readVarint(bytes: Buffer): number {
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = bytes[READ.at++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
}
