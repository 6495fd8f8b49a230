/**
 * One window of one worker as bytes: counters, histograms, gauges, tallies.
 * Little-endian; strings and blobs carry their length. Both ends are the same
 * build, so there is no version in it.
 */
import {
  TIMED_KINDS,
  TIMEOUT_CAUSES,
  type CauseCount,
  type TimedKind,
  type TimeoutCause,
} from '../base/timeout-causes.ts';
import { COUNTERS, TRENDS, zeroCounters } from '../measure/names.ts';
import type { Delta } from '../measure/recorder.ts';
import type { Series } from '../measure/series.ts';
import type { Tally } from '../measure/witness.ts';
import { GAUGES, type Gauges } from './gauges.ts';

/** A broadcast of one of this worker's clients that the server took, or may have taken. */
export type Published = {
  topic: string;
  event: string;
  publisher: number;
  sequence: number;
  dueUs: number;
};

export type TallyRow = Omit<Tally, 'changed'>;

export type WorkerWindow = {
  delta: Delta;
  gauges: Gauges;
  published: Published[];
  tallies: TallyRow[];
  /** Timeouts whose cause was settled in this window, whenever they were. */
  causes: CauseCount[];
};

const TALLY_NUMBERS = [
  'publisher',
  'sequence',
  'dueUs',
  'sure',
  'sureReceived',
  'unsureReceived',
  'duplicate',
  'reordered',
  'firstUs',
  'lastUs',
] as const;

const NOTHING = Buffer.alloc(0);

class ByteWriter {
  #buffer = Buffer.allocUnsafe(16_384);
  #at = 0;

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }

  number(value: number): void {
    this.#room(8);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  text(value: string): void {
    this.bytes(Buffer.from(value));
  }

  bytes(bytes: Buffer): void {
    this.#room(4 + bytes.length);
    this.#at = this.#buffer.writeUInt32LE(bytes.length, this.#at);
    this.#at += bytes.copy(this.#buffer, this.#at);
  }

  map<Value>(map: ReadonlyMap<string, Value>, write: (value: Value) => void): void {
    this.number(map.size);
    for (const [key, value] of map) {
      this.text(key);
      write(value);
    }
  }

  take(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }
}

class ByteReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  number(): number {
    const value = this.#buffer.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  text(): string {
    return this.bytes().toString();
  }

  bytes(): Buffer {
    const length = this.#buffer.readUInt32LE(this.#at);
    const from = this.#at + 4;
    this.#at = from + length;
    return this.#buffer.subarray(from, this.#at);
  }

  /** A map whose keys were written before their values. */
  map<Value>(read: () => Value): Map<string, Value> {
    const map = new Map<string, Value>();
    for (let left = this.number(); left > 0; left--) {
      const key = this.text();
      map.set(key, read());
    }
    return map;
  }
}

export function encodeWindow(window: WorkerWindow): Buffer {
  const out = new ByteWriter();
  const { delta, gauges, published, tallies, causes } = window;
  out.number(delta.window);
  for (const name of COUNTERS) out.number(delta.counters[name]);
  for (const name of TRENDS) out.bytes(delta.trends[name] ?? NOTHING);
  writeSeries(out, delta.own);
  for (const name of GAUGES) out.number(gauges[name]);
  out.number(published.length);
  for (const { topic, event, publisher, sequence, dueUs } of published) {
    out.text(topic);
    out.text(event);
    out.number(publisher);
    out.number(sequence);
    out.number(dueUs);
  }
  out.number(tallies.length);
  for (const tally of tallies) {
    out.text(tally.topic);
    out.text(tally.event);
    for (const name of TALLY_NUMBERS) out.number(tally[name]);
  }
  out.number(causes.length);
  for (const row of causes) {
    out.number(row.window);
    out.number(TIMED_KINDS.indexOf(row.kind));
    out.number(TIMEOUT_CAUSES.indexOf(row.cause));
    out.number(row.count);
  }
  return out.take();
}

function writeSeries(out: ByteWriter, series: Series<Buffer>): void {
  out.map(series.counters, (count) => out.number(count));
  out.map(series.shares, ({ count, of }) => {
    out.number(count);
    out.number(of);
  });
  out.map(series.levels, ({ value, min, max, atUs }) => {
    out.number(value);
    out.number(min);
    out.number(max);
    out.number(atUs);
  });
  out.map(series.trends, (encoded) => out.bytes(encoded));
}

function readSeries(input: ByteReader): Series<Buffer> {
  // Properties are read in the order in which they stand here.
  return {
    counters: input.map(() => input.number()),
    shares: input.map(() => ({ count: input.number(), of: input.number() })),
    levels: input.map(() => ({
      value: input.number(),
      min: input.number(),
      max: input.number(),
      atUs: input.number(),
    })),
    trends: input.map(() => input.bytes()),
  };
}

function readCauses(input: ByteReader): CauseCount[] {
  const causes: CauseCount[] = [];
  for (let left = input.number(); left > 0; left--) {
    causes.push({
      window: input.number(),
      kind: TIMED_KINDS[input.number()] as TimedKind,
      cause: TIMEOUT_CAUSES[input.number()] as TimeoutCause,
      count: input.number(),
    });
  }
  return causes;
}

/** The histograms of a decoded window lie in `bytes`, which nobody may write to any more. */
export function decodeWindow(bytes: Buffer): WorkerWindow {
  const input = new ByteReader(bytes);
  const window = input.number();
  const counters = zeroCounters();
  for (const name of COUNTERS) counters[name] = input.number();
  const trends: Delta['trends'] = {};
  for (const name of TRENDS) {
    const encoded = input.bytes();
    if (encoded.length > 0) trends[name] = encoded;
  }
  const own = readSeries(input);
  const gauges = Object.fromEntries(GAUGES.map((name) => [name, input.number()])) as Gauges;
  const published: Published[] = [];
  for (let left = input.number(); left > 0; left--) {
    const topic = input.text();
    const event = input.text();
    const [publisher, sequence, dueUs] = [input.number(), input.number(), input.number()];
    published.push({ topic, event, publisher, sequence, dueUs });
  }
  const tallies: TallyRow[] = [];
  for (let left = input.number(); left > 0; left--) {
    const topic = input.text();
    const event = input.text();
    const numbers = Object.fromEntries(TALLY_NUMBERS.map((name) => [name, input.number()]));
    tallies.push({ topic, event, ...numbers } as TallyRow);
  }
  return { delta: { window, counters, trends, own }, gauges, published, tallies, causes: readCauses(input) };
}
