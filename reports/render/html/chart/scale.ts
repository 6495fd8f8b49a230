/** Scales: from a value of the data to a place on a chart. Values outside the domain are held at its edge. */

/** A mapping with its domain, so that ticks and lines agree on it. */
export type Scale = {
  kind: 'linear' | 'log';
  from: number;
  to: number;
  /** The place of a value. */
  at(value: number): number;
};

function clamp(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

/** A linear scale from a domain to a range; an empty domain is widened by one. */
export function linearScale(from: number, to: number, start: number, end: number): Scale {
  const top = to > from ? to : from + 1;
  return {
    kind: 'linear',
    from,
    to: top,
    at: (value) => start + ((clamp(value, from, top) - from) / (top - from)) * (end - start),
  };
}

/** A logarithmic scale; the domain is made positive and at least a factor of ten wide. */
export function logScale(from: number, to: number, start: number, end: number): Scale {
  const low = from > 0 && Number.isFinite(from) ? from : 0.001;
  const high = Number.isFinite(to) && to >= low * 10 ? to : low * 10;
  const width = Math.log10(high / low);
  return {
    kind: 'log',
    from: low,
    to: high,
    at: (value) => start + (Math.log10(clamp(value, low, high) / low) / width) * (end - start),
  };
}

/** The power of ten at or below a positive value. Exact for exact powers, where `log10` alone may slip. */
export function decadeBelow(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 0.001;
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  return 10 ** exponent;
}

/** The power of ten at or above a positive value. */
export function decadeAbove(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const exponent = Math.ceil(Math.log10(value) - 1e-9);
  return 10 ** exponent;
}
