/** Any JSON value a client may use as a reference; echoed as it came (phoenix-semantics 1.2). */
export type Ref = unknown;

/** One inbound message, whatever its serializer. Topic and event may be any JSON value: clients send what they like. */
export class Message {
  readonly joinRef: Ref;
  readonly ref: Ref;
  readonly topic: unknown;
  readonly event: unknown;
  readonly payload: unknown;

  constructor(joinRef: Ref, ref: Ref, topic: unknown, event: unknown, payload: unknown) {
    this.joinRef = joinRef;
    this.ref = ref;
    this.topic = topic;
    this.event = event;
    this.payload = payload;
  }
}

/** Input no serializer accepts: it crashes the transport (phoenix-semantics 1.8). */
export class DecodeError extends Error {}

/** Strict equality of refs: 1 is not "1", and equal structures are equal. */
export function sameRef(a: Ref, b: Ref): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return JSON.stringify(a) === JSON.stringify(b);
}
