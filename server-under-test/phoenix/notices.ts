import type { ExitReason } from '../otp/exit-reason.ts';
import type { Channel } from './channel-server.ts';
import type { Ref } from './message.ts';

/** A channel announces its orderly end, before terminate runs (phoenix-semantics 2.6, 2.7). */
export class CloseNotice {
  readonly channel: Channel;

  constructor(channel: Channel) {
    this.channel = channel;
  }
}

/** The phx_close a duplicate join owes the old join_ref, put at the end of the mailbox (phoenix-semantics 2.5). */
export class EvictionNotice {
  readonly topic: string;
  readonly joinRef: Ref;

  constructor(topic: string, joinRef: Ref) {
    this.topic = topic;
    this.joinRef = joinRef;
  }
}

/** Asks a new channel to run join/3. */
export class JoinRequest {
  readonly payload: unknown;

  constructor(payload: unknown) {
    this.payload = payload;
  }
}

/** Bytes that came in while the transport was busy. */
export class Inbound {
  readonly chunk: Buffer;

  constructor(chunk: Buffer) {
    this.chunk = chunk;
  }

  /** What it weighs in a mailbox. */
  get bytes(): number {
    return this.chunk.length;
  }
}

/** Work a fault puts into a channel's mailbox. It runs in its turn, as a callback would; what it throws is the channel's crash. */
export class Planted {
  /** What the observer calls it. */
  readonly event: string;
  readonly work: (channel: Channel) => void | Promise<void>;

  constructor(event: string, work: Planted['work']) {
    this.event = event;
    this.work = work;
  }
}

/** Tells a transport to end in its turn. */
export class StopTransport {
  readonly reason: ExitReason;
  /** Close code, or null when there is nobody to tell. */
  readonly code: number | null;

  constructor(reason: ExitReason, code: number | null) {
    this.reason = reason;
    this.code = code;
  }
}

/** A drain reached this channel: phx_drain (phoenix-semantics 2.12). */
export const DRAIN = Symbol('phx_drain');
