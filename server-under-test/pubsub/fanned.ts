import type { Broadcast } from './broadcast.ts';

/** A term sent to a topic by PubSub.broadcast: every subscriber process gets it in handle_info (phoenix-semantics 4.1). */
export class RawMessage {
  readonly topic: string;
  private value: unknown;
  private json: string | null;

  private constructor(topic: string, value: unknown, json: string | null) {
    this.topic = topic;
    this.value = value;
    this.json = json;
  }

  static of(topic: string, payload: unknown): RawMessage {
    return new RawMessage(topic, payload, null);
  }

  /** One that came over the mesh as JSON; it is parsed when the first process looks. */
  static received(topic: string, json: string): RawMessage {
    return new RawMessage(topic, undefined, json);
  }

  get payload(): unknown {
    if (this.json !== null) this.value = JSON.parse(this.json);
    this.json = null;
    return this.value;
  }
}

/** A Broadcast for the plain dispatcher: to the processes, past every fastlane (phoenix-semantics 4.1, case 57). */
export class PlainBroadcast {
  readonly broadcast: Broadcast;

  constructor(broadcast: Broadcast) {
    this.broadcast = broadcast;
  }
}

/** Whatever is sent to a topic; the class says by which dispatcher. */
export type Fanned = Broadcast | PlainBroadcast | RawMessage;

/** Carries what is sent to a topic to the other nodes. */
export interface Adapter {
  /** Sends to every other node, in the order of each sender. Null, or why it could not. */
  broadcast(message: Fanned, sender: number): string | null;
  /** Sends to one node, this one included. Null, or why it could not. */
  direct(node: number, message: Fanned, sender: number): string | null;
}

/** What the bang forms throw when the adapter fails. */
export class BroadcastError extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(`broadcast failed: ${reason}`);
    this.reason = reason;
  }
}
