/** Milliseconds with two decimals: what a person reads and a wire carries. */
export function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
