import { isUtf8 } from 'node:buffer';
import { ConnectionModel, type Effect } from './connection-model.ts';
import type { Dialect, Fields } from './dialect.ts';
import { canonical } from './plain-json.ts';
import { ReferenceReader, type ClientEvent, type ReaderLimits } from './reference-reader.ts';

/** A frame that must come: canonical JSON, hex, or `pong` and hex. */
export interface Debt {
  readonly stream: string;
  readonly frame: string;
}

/** What some bytes lead to. */
export interface Verdict {
  readonly owed: readonly Debt[];
  readonly quiet: boolean;
  /** Close codes, one of which must come; null when the connection goes on. */
  readonly fatal: readonly number[] | null;
}

type Step = Verdict | 'not modelled';

const CRASHED: Verdict = { owed: [], quiet: false, fatal: [1011] };

/** Says what a server must answer to any bytes on one connection (phoenix-semantics 1.8). */
export class FuzzOracle {
  readonly model: ConnectionModel;
  readonly reader: ReferenceReader;
  private readonly limits: ReaderLimits;

  private readonly dialect: Dialect;
  private readonly mark: string;

  constructor(limits: ReaderLimits, dialect: Dialect, mark: string, from?: FuzzOracle) {
    this.limits = limits;
    this.dialect = dialect;
    this.mark = mark;
    this.model = new ConnectionModel(mark, !dialect.binary, from?.model);
    this.reader = new ReferenceReader(limits, dialect.server, from?.reader);
  }

  /** The oracle after these bytes, and what they lead to; null for bytes it has no opinion on. */
  after(bytes: Buffer): { oracle: FuzzOracle; verdict: Verdict } | null {
    const oracle = new FuzzOracle(this.limits, this.dialect, this.mark, this);
    const events = oracle.reader.feed(bytes);
    const owed: Debt[] = [];
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
    const fields = this.dialect.read(frame);
    return fields === null ? CRASHED : this.message(fields, null);
  }

  private binary(bytes: Buffer): Step {
    if (!this.dialect.binary || bytes.length < 5 || bytes[0] !== 0) return CRASHED;
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
    return this.message([joinRef, ref, topic, event, null], bytes.subarray(at));
  }

  private message(fields: Fields, data: Buffer | null): Step {
    const [joinRef, ref, topic, event, payload] = fields;
    const effect = this.model.apply({ joinRef, ref, topic, event, payload, data });
    return effect === null ? 'not modelled' : this.written(effect);
  }

  private written({ owed, quiet }: Effect): Verdict {
    const debts = owed.map(({ stream, frame }) => ({
      stream,
      frame: typeof frame === 'string' ? frame : canonical(this.dialect.write(frame)),
    }));
    return { owed: debts, quiet, fatal: null };
  }
}
