import { parseOrigin } from '../phoenix/origin.ts';
import { readPatch } from '../phoenix/profile.ts';

/** How a setting is written: what is wanted, how to read it, how to print it. */
export interface Kind<T> {
  /** Finishes the sentence "wanted …". */
  readonly wanted: string;
  /** Undefined when the text is none of what is wanted. */
  read(text: string): T | undefined;
  print(value: T): string;
}

type Unit = 'ms' | 'bytes';
const UNITS: Readonly<Record<Unit, string>> = { ms: ' of milliseconds', bytes: ' of bytes' };

export function integer(min: number, max: number, unit?: Unit): Kind<number> {
  return {
    wanted: `an integer${unit === undefined ? '' : UNITS[unit]} from ${min} to ${max}`,
    read(text) {
      const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? value : undefined;
    },
    print: String,
  };
}

/** Milliseconds up to a day. */
export function milliseconds(min = 1): Kind<number> {
  return integer(min, 86_400_000, 'ms');
}

/** As `kind`, or `infinity`, which is null. */
export function orInfinity<T>(kind: Kind<T>): Kind<T | null> {
  return {
    wanted: `${kind.wanted}, or infinity`,
    read: (text) => (text === 'infinity' ? null : kind.read(text)),
    print: (value) => (value === null ? 'infinity' : kind.print(value)),
  };
}

export const YES_NO: Kind<boolean> = {
  wanted: 'true or false',
  read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  print: String,
};

export function choice<T extends string>(...words: readonly T[]): Kind<T> {
  return {
    wanted: `one of ${words.join(', ')}`,
    read: (text) => words.find((word) => word === text),
    print: String,
  };
}

/** Any text of at least `minBytes` bytes. */
export function text(wanted: string, minBytes = 1): Kind<string> {
  return {
    wanted,
    read: (text) => (Buffer.byteLength(text) >= minBytes ? text : undefined),
    print: String,
  };
}

/** As `kind`; null when nothing is said. */
export function optional<T>(kind: Kind<T>): Kind<T | null> {
  return { ...kind, print: (value) => (value === null ? 'not set' : kind.print(value)) };
}

/** A name or an address, without a scheme, a port or a path. */
export const HOST: Kind<string> = {
  wanted: 'a host name or an address, without scheme and port',
  read: (text) => (/^(?:[a-z\d]([a-z\d._-]*[a-z\d])?|[\da-f:.]*:[\da-f:.]*)$/i.test(text) ? text : undefined),
  print: String,
};

export const CHECK_ORIGIN: Kind<boolean | readonly string[]> = {
  wanted: 'true, false, or origins with commas between: https://example.com,//*.example.com',
  read(text) {
    const flag = YES_NO.read(text);
    if (flag !== undefined) return flag;
    const origins = text.split(',').map((origin) => origin.trim());
    return origins.every((origin) => parseOrigin(origin) !== null) ? origins : undefined;
  },
  print: (value) => (typeof value === 'boolean' ? String(value) : value.join(',')),
};

export const PHOENIX_VERSION: Kind<string> = {
  wanted: 'a version 1.8.N',
  read: (text) => (readPatch(text) === null ? undefined : text),
  print: String,
};
