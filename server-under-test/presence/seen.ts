/** Clocks `from < clock <= to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Which events of one replica are known: a causal context.
 *
 * Nearly always they are all up to some clock. A lost delta leaves a gap, and what came after it waits ahead until it is filled.
 */
export class Seen {
  /** Everything up to here is known. */
  upTo = 0;
  /** Known beyond a gap: ordered, apart from each other. Null while there is no gap. */
  private ahead: Span[] | null = null;

  has(clock: number): boolean {
    if (clock <= this.upTo) return true;
    return this.ahead !== null && this.ahead.some((span) => span.from < clock && clock <= span.to);
  }

  /** Adds `from < clock <= to` and closes what gaps it can. */
  add(from: number, to: number): void {
    if (to <= this.upTo || to <= from) return;
    if (this.ahead === null && from <= this.upTo) this.upTo = to;
    else this.compact([...(this.ahead ?? []), { from, to }]);
  }

  /** Everything known, as few spans as can be. */
  spans(): readonly Span[] {
    const base = this.upTo === 0 ? [] : [{ from: 0, to: this.upTo }];
    return this.ahead === null ? base : [...base, ...this.ahead];
  }

  private compact(spans: Span[]): void {
    const apart: Span[] = [];
    for (const span of spans.toSorted((a, b) => a.from - b.from)) {
      const last = apart.at(-1);
      if (span.from <= this.upTo) this.upTo = Math.max(this.upTo, span.to);
      else if (last === undefined || span.from > last.to) apart.push(span);
      else apart[apart.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    }
    this.ahead = apart.length === 0 ? null : apart;
  }
}
