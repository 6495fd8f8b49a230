import { isUtf8 } from 'node:buffer';
import { ConnectionModel, type Owed } from './connection-model.ts';
import { ReferenceReader, type ClientEvent, type ReaderLimits } from './reference-reader.ts';

/** What some bytes lead to. */
export interface Verdict {
  readonly owed: readonly Owed[];
  readonly quiet: boolean;
  /** Close codes, one of which must come; null when the connection goes on. */
  readonly fatal: readonly number[] | null;
}

type Step = Verdict | 'not modelled';

const CRASHED: Verdict = { owed: [], quiet: false, fatal: [1011] };

/** Says what a server must answer to any bytes on one V2 connection (phoenix-semantics 1.8). */
export class FuzzOracle {
  readonly model: ConnectionModel;
  readonly reader: ReferenceReader;
  private readonly limits: ReaderLimits;

  private readonly mark: string;

  constructor(limits: ReaderLimits, mark: string, from?: FuzzOracle) {
    this.limits = limits;
    this.mark = mark;
    this.model = new ConnectionModel(mark, from?.model);
    this.reader = new ReferenceReader(limits, from?.reader);
  }

  /** The oracle after these bytes, and what they lead to; null for bytes it has no opinion on. */
  after(bytes: Buffer): { oracle: FuzzOracle; verdict: Verdict } | null {
    const oracle = new FuzzOracle(this.limits, this.mark, this);
    const events = oracle.reader.feed(bytes);
    const owed: Owed[] = [];
    let quiet = false;
    let fatal: readonly number[] | null = null;
    for (const event of events) {
      const step = oracle.step(event);
      if (step === 'not modelled' || (step.quiet && events.length > 1)) return null;
      owed.push(...step.owed);
      ({ quiet, fatal } = step);
      if (fatal !== null) break;
    }
    // Whether a channel still got a word in before the end is anybody's guess.
    if (fatal !== null && owed.some(({ stream }) => stream !== 'inline')) return null;
    return { oracle, verdict: { owed, quiet, fatal } };
  }

  private step(event: ClientEvent): Step {
    switch (event.kind) {
      case 'fatal':
        return { owed: [], quiet: false, fatal: event.codes };
      case 'pong':
        return { owed: [], quiet: false, fatal: null };
      case 'ping':
        return {
          owed: [{ stream: 'inline', frame: `pong ${event.payload.toString('hex')}` }],
          quiet: false,
          fatal: null,
        };
      case 'text':
        return this.text(event.payload.toString('utf8'));
      case 'binary':
        return this.binary(event.payload);
    }
  }

  private text(text: string): Step {
    let frame: unknown;
    try {
      frame = JSON.parse(text);
    } catch {
      return CRASHED;
    }
    if (!Array.isArray(frame) || frame.length < 5) return CRASHED;
    const [joinRef, ref, topic, event, payload] = frame as unknown[];
    return this.message(joinRef, ref, topic, event, payload, null);
  }

  private binary(bytes: Buffer): Step {
    if (bytes.length < 5 || bytes[0] !== 0) return CRASHED;
    const fields: string[] = [];
    let at = 5;
    for (const size of bytes.subarray(1, 5)) {
      const field = bytes.subarray(at, at + size);
      at += size;
      if (at > bytes.length) return CRASHED;
      // The BEAM keeps such bytes as they are; JavaScript's texts cannot.
      if (!isUtf8(field)) return 'not modelled';
      fields.push(field.toString('utf8'));
    }
    const [joinRef, ref, topic, event] = fields;
    return this.message(joinRef, ref, topic, event, null, bytes.subarray(at));
  }

  private message(
    joinRef: unknown,
    ref: unknown,
    topic: unknown,
    event: unknown,
    payload: unknown,
    data: Buffer | null,
  ): Step {
    const effect = this.model.apply({ joinRef, ref, topic, event, payload, data });
    return effect === null ? 'not modelled' : { ...effect, fatal: null };
  }
}
