/** A client of a case: sends frames, and says at once when what comes is something else than expected. */
import { OPCODE } from '../wire/frame.ts';
import { NotAsSpecified } from './exchange.ts';
import type { Arrival, RawClient } from './raw-client.ts';
import { Fits, sameValue } from './same-value.ts';

/** How long an expected frame may take, unless the case says otherwise. */
export const PATIENCE_MS = 3_000;

const NOTHING = 'nothing';

export class Peer {
  readonly raw: RawClient;
  /** The serializer it opened with. */
  readonly vsn: 1 | 2;
  #fences = 0;

  constructor(raw: RawClient, vsn: 1 | 2) {
    this.raw = raw;
    this.vsn = vsn;
  }

  send(...frames: readonly unknown[]): void {
    this.raw.send(...frames);
  }

  /** The next frame must be a text frame of this value; returns it as it came. */
  async expect(expected: unknown, withinMs = PATIENCE_MS): Promise<Arrival> {
    const arrival = await this.raw.next(withinMs);
    if (!sameValue(expected, valueOf(arrival))) throw new NotAsSpecified(expected, shown(arrival, withinMs));
    return arrival ?? fail(expected);
  }

  /** The next frames must be these, in whatever order. */
  async expectAnyOrder(frames: readonly unknown[], withinMs = PATIENCE_MS): Promise<void> {
    const open = [...frames];
    while (open.length > 0) {
      const arrival = await this.raw.next(withinMs);
      const at = open.findIndex((frame) => sameValue(frame, valueOf(arrival)));
      if (at < 0) throw new NotAsSpecified({ 'in any order': open }, shown(arrival, withinMs));
      open.splice(at, 1);
    }
  }

  /** The next frame must be a binary one with these bytes, in hex. */
  expectBinary(hex: string): Promise<Arrival> {
    return this.expect(`binary ${hex}`);
  }

  /** The connection must end now, with this code (1006: without a close frame); returns when it did. */
  async expectClose(code: number, withinMs = PATIENCE_MS): Promise<number> {
    return (await this.expect(`close ${code}`, withinMs)).atUs;
  }

  /** The next text frame, whatever it is. */
  async take(withinMs = PATIENCE_MS): Promise<unknown> {
    const arrival = await this.raw.next(withinMs);
    if (arrival?.kind !== 'text') throw new NotAsSpecified('a text frame', shown(arrival, withinMs));
    return valueOf(arrival);
  }

  /** All text frames up to the one that fits, that one included. */
  async takeUntil(
    what: string,
    fits: (frame: unknown) => boolean,
    withinMs = PATIENCE_MS,
  ): Promise<unknown[]> {
    const frames: unknown[] = [];
    for (;;) {
      const arrival = await this.raw.next(withinMs);
      if (arrival?.kind !== 'text') throw new NotAsSpecified(what, shown(arrival, withinMs));
      const frame = valueOf(arrival);
      frames.push(frame);
      if (fits(frame)) return frames;
    }
  }

  /** Joins and expects the plain ok. */
  async join(joinRef: string, topic: string, payload: unknown = {}, response: unknown = {}): Promise<void> {
    this.send([joinRef, joinRef, topic, 'phx_join', payload]);
    await this.expect(okReply(joinRef, joinRef, topic, response));
  }

  /** A heartbeat's answer must be the very next frame: nothing else was under way from the transport. */
  async expectQuiet(): Promise<void> {
    const ref = `fence-${(this.#fences += 1)}`;
    if (this.vsn === 1) {
      this.send({ topic: 'phoenix', event: 'heartbeat', payload: {}, ref });
      const payload = { status: 'ok', response: {} };
      await this.expect({ topic: 'phoenix', event: 'phx_reply', payload, ref });
      return;
    }
    this.send([null, ref, 'phoenix', 'heartbeat', {}]);
    await this.expect(okReply(null, ref, 'phoenix'));
  }

  /** A ping's reply must be the very next frame: the channel, too, has nothing more to say. */
  async expectQuietChannel(joinRef: string, topic: string): Promise<void> {
    const ref = `fence-${(this.#fences += 1)}`;
    this.send([joinRef, ref, topic, 'ping', {}]);
    await this.expect(okReply(joinRef, ref, topic));
  }

  /** Sends a close frame, with a code unless it is null. */
  sendClose(code: number | null): void {
    const payload = code === null ? Buffer.alloc(0) : Buffer.from([code >> 8, code & 0xff]);
    this.raw.sendFrame({ opcode: OPCODE.close, payload });
  }

  drop(): void {
    this.raw.drop();
  }
}

/** What an arrival is compared as: the JSON of a text frame, else a text such as `close 1011`. */
function valueOf(arrival: Arrival | null): unknown {
  if (arrival === null) return NOTHING;
  if (arrival.kind === 'close') return `close ${arrival.code}`;
  if (arrival.kind !== 'text') return `${arrival.kind} ${arrival.bytes.toString('hex')}`;
  try {
    return JSON.parse(arrival.bytes.toString('utf8')) as unknown;
  } catch {
    return `no JSON: ${arrival.bytes.toString('utf8')}`;
  }
}

function shown(arrival: Arrival | null, withinMs: number): string {
  if (arrival === null) return `nothing within ${withinMs} ms`;
  return arrival.kind === 'text' ? arrival.bytes.toString('utf8') : String(valueOf(arrival));
}

function fail(expected: unknown): never {
  throw new NotAsSpecified(expected, NOTHING);
}

export function okReply(joinRef: unknown, ref: unknown, topic: unknown, response: unknown = {}): unknown[] {
  return [joinRef, ref, topic, 'phx_reply', { status: 'ok', response }];
}

export function errorReply(joinRef: unknown, ref: unknown, topic: unknown, reason: unknown): unknown[] {
  return [joinRef, ref, topic, 'phx_reply', { status: 'error', response: { reason } }];
}

export function closed(joinRef: unknown, topic: string): unknown[] {
  return [joinRef, joinRef, topic, 'phx_close', {}];
}

/** A broadcast that came on the fastlane. */
export function broadcast(topic: string, event: string, payload: unknown): unknown[] {
  return [null, null, topic, event, payload];
}

export function pushed(joinRef: unknown, topic: string, event: string, payload: unknown): unknown[] {
  return [joinRef, null, topic, event, payload];
}

/** Any one of the values. */
export function oneOf(...values: readonly unknown[]): Fits {
  return new Fits(`one of ${JSON.stringify(values)}`, (got) => values.some((value) => sameValue(value, got)));
}
