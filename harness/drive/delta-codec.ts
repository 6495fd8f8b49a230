/**
 * One window of one worker as bytes: counters, histograms, gauges, tallies.
 * Little-endian; strings and blobs carry their length. Both ends are the same
 * build, so there is no version in it.
 */
import { COUNTERS, TRENDS, zeroCounters } from '../measure/names.ts';
import type { Delta } from '../measure/recorder.ts';
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

  text(value: string, encoding: 'utf8' | 'base64' = 'utf8'): void {
    const bytes = Buffer.from(value, encoding);
    this.#room(4 + bytes.length);
    this.#at = this.#buffer.writeUInt32LE(bytes.length, this.#at);
    this.#at += bytes.copy(this.#buffer, this.#at);
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

  text(encoding: 'utf8' | 'base64' = 'utf8'): string {
    const length = this.#buffer.readUInt32LE(this.#at);
    const from = this.#at + 4;
    this.#at = from + length;
    return this.#buffer.toString(encoding, from, this.#at);
  }
}

export function encodeWindow(window: WorkerWindow): Buffer {
  const out = new ByteWriter();
  const { delta, gauges, published, tallies } = window;
  out.number(delta.window);
  for (const name of COUNTERS) out.number(delta.counters[name]);
  const custom = Object.entries(delta.custom);
  out.number(custom.length);
  for (const [name, count] of custom) {
    out.text(name);
    out.number(count);
  }
  const trends = TRENDS.filter((name) => delta.trends[name]);
  out.number(trends.length);
  for (const name of trends) {
    const { encoded, sumUs } = delta.trends[name]!;
    out.number(TRENDS.indexOf(name));
    out.number(sumUs);
    out.text(encoded, 'base64');
  }
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
  return out.take();
}

export function decodeWindow(bytes: Buffer): WorkerWindow {
  const input = new ByteReader(bytes);
  const window = input.number();
  const counters = zeroCounters();
  for (const name of COUNTERS) counters[name] = input.number();
  const custom: Record<string, number> = {};
  for (let left = input.number(); left > 0; left--) {
    const name = input.text();
    custom[name] = input.number();
  }
  const trends: Delta['trends'] = {};
  for (let left = input.number(); left > 0; left--) {
    const name = TRENDS[input.number()]!;
    const sumUs = input.number();
    trends[name] = { sumUs, encoded: input.text('base64') };
  }
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
  return { delta: { window, counters, custom, trends }, gauges, published, tallies };
}
