import { crc32 } from 'node:zlib';
import type { Clock } from '../otp/clock.ts';

const NS_PER_MS = 1_000_000;

/** Draws phx_ref: URL-safe base64 of 8 bytes time, 2 bytes place, 2 bytes counter, so 16 characters (phoenix-semantics 5.2). */
export class PhxRefs {
  private readonly clock: Clock;
  private readonly bytes = Buffer.alloc(12);
  private drawn = 0;

  /** `place` names the node and the process that draws. */
  constructor(clock: Clock, place: string) {
    this.clock = clock;
    this.bytes.writeUInt16BE(crc32(place) & 0xffff, 8);
  }

  next(): string {
    this.drawn += 1;
    // The counter stands in for the nanoseconds a millisecond clock does not have.
    const ns = BigInt(Math.floor(this.clock.wallMs())) * BigInt(NS_PER_MS) + BigInt(this.drawn % NS_PER_MS);
    this.bytes.writeBigUInt64BE(ns, 0);
    this.bytes.writeUInt16BE(this.drawn & 0xffff, 10);
    return this.bytes.toString('base64url');
  }
}
