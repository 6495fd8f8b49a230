/** True for what may be a push or broadcast payload: a map, or bytes. */
export function isPayload(value: unknown): value is Record<string, unknown> | Uint8Array {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One broadcast. Its JSON is made once, whoever needs it first; a remote one is parsed only when a process must see it. */
export class Broadcast {
  readonly topic: string;
  readonly event: string;
  private value: unknown;
  private json: string | null;

  private constructor(topic: string, event: string, value: unknown, json: string | null) {
    this.topic = topic;
    this.event = event;
    this.value = value;
    this.json = json;
  }

  /** A broadcast made on this node. */
  static of(topic: string, event: string, payload: unknown): Broadcast {
    return new Broadcast(topic, event, payload, null);
  }

  /** A broadcast that came over the mesh as JSON. */
  static received(topic: string, event: string, json: string): Broadcast {
    return new Broadcast(topic, event, undefined, json);
  }

  get payload(): unknown {
    if (this.value === undefined && this.json !== null) this.value = JSON.parse(this.json);
    return this.value;
  }

  /** The bytes of a binary payload, else null. */
  get bytes(): Uint8Array | null {
    return this.value instanceof Uint8Array ? this.value : null;
  }

  get payloadJson(): string {
    this.json ??= JSON.stringify(this.value) ?? 'null';
    return this.json;
  }

  /** Whether the payload can go on the wire; anything but a map or bytes cannot (phoenix-semantics 1.3). */
  get encodable(): boolean {
    return this.value === undefined ? this.payloadJson.startsWith('{') : isPayload(this.value);
  }
}
