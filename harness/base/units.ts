/**
 * Durations and shares as a person types them, and as a person reads them.
 * Durations are `250ms`, `10s`, `2m`, `1h`; a bare number is milliseconds.
 */

const DURATION = /^(\d+(?:\.\d+)?)(us|ms|s|m|h)$/;
const MS_PER = { us: 0.001, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** A duration as scenarios and flags carry it: `'10s'`, `'250ms'`, or a number of milliseconds. */
export type Duration = string | number;

/** The duration in milliseconds, or undefined when the text is no duration (NaN, negative, unknown unit). */
export function parseDurationMs(value: Duration): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  const match = DURATION.exec(value.trim());
  if (!match) return undefined;
  return Number(match[1]) * MS_PER[match[2] as keyof typeof MS_PER];
}

const SIZE = /^(\d+(?:\.\d+)?)\s?(B|kB|KB|KiB|MB|MiB|GB|GiB)?$/;
const BYTES_PER = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  KiB: 2 ** 10,
  MB: 1e6,
  MiB: 2 ** 20,
  GB: 1e9,
  GiB: 2 ** 30,
} as const;

/** Whole bytes of `16MiB`, `64KiB`, `10_000_000`; undefined when the text is no size. */
export function parseBytes(text: string): number | undefined {
  const match = SIZE.exec(text.trim().replaceAll('_', ''));
  if (!match) return undefined;
  return Math.floor(Number(match[1]) * BYTES_PER[(match[2] ?? 'B') as keyof typeof BYTES_PER]);
}

/** A whole number with thousands separated: `100,000`. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Three significant digits, no exponent, thousands separated: `1.84`, `214`, `3,910`. */
export function formatFigure(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 999.5) return formatCount(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(size)));
  const text = value.toFixed(Math.min(digits, 6));
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Milliseconds in the unit a person would say: `11.4 µs`, `0.12 ms`, `214 ms`, `3.91 s`, `3 min 2 s`. */
export function formatMs(ms: number): string {
  if (ms !== 0 && Math.abs(ms) < 0.1) return `${formatFigure(ms * 1_000)} µs`;
  if (ms < 999.5) return `${formatFigure(ms)} ms`;
  if (ms < 119_500) return `${formatFigure(ms / 1_000)} s`;
  const seconds = Math.round(ms / 1_000);
  const rest = seconds % 60;
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** A position on the run clock: `1:21`. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A share of 0..1 as a percentage: `0.21 %`. */
export function formatShare(share: number): string {
  return `${formatFigure(share * 100)} %`;
}

/** Bytes with a binary unit: `11.2 KiB`, `5.3 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${formatFigure(value)} ${units[unit]}`;
}
