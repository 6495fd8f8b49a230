/** Few ticks, round numbers. */

const STEPS = [1, 2, 2.5, 5, 10];

/** The smallest round step that crosses `span` in at most `most` steps. */
export function roundStep(span: number, most: number): number {
  if (!(span > 0) || !Number.isFinite(span)) return 1;
  const rough = span / Math.max(1, most);
  const size = 10 ** Math.floor(Math.log10(rough) + 1e-9);
  const step = STEPS.find((one) => one * size >= rough * (1 - 1e-9)) ?? 10;
  return step * size;
}

/** The top of a zero-based axis for values up to `largest`: a round number at or above it. */
export function roundTop(largest: number, most = 3): number {
  if (!(largest > 0) || !Number.isFinite(largest)) return 1;
  const step = roundStep(largest, most);
  return step * Math.ceil(largest / step - 1e-9);
}

/** Ticks from 0 to `top`, both included when `top` is round. */
export function linearTicks(top: number, most = 3): number[] {
  const step = roundStep(top, most);
  const ticks: number[] = [];
  for (let index = 0; index * step <= top * (1 + 1e-9); index++)
    ticks.push(Number((index * step).toPrecision(12)));
  return ticks;
}

/** Powers of ten from `from` to `to`, thinned to at most `most`. */
export function logTicks(from: number, to: number, most = 6): number[] {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  const stride = Math.max(1, Math.ceil((last - first + 1) / most));
  const ticks: number[] = [];
  // Counted from zero so that 1 is a tick whenever it is in range.
  for (let exponent = Math.ceil(first / stride) * stride; exponent <= last; exponent += stride) {
    ticks.push(exponent < 0 ? Number((10 ** exponent).toPrecision(3)) : 10 ** exponent);
  }
  return ticks;
}

const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400];
const DAY = 86_400;

/** Moments to mark on a time axis of that length, in milliseconds from 0. */
export function timeTicks(lengthMs: number, most = 7): number[] {
  const days = Math.ceil(lengthMs / (DAY * 1_000) / most);
  const stepMs = (SECONDS.find((one) => lengthMs / (one * 1_000) <= most) ?? days * DAY) * 1_000;
  const count = Math.floor(lengthMs / stepMs + 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => index * stepMs);
}
