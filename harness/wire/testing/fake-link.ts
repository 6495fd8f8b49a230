/** A connection of which a test is the other end: what is sent lies open, what arrives is said by hand. */
import { payloadOf } from '../frame.ts';
import type { ClientConnection, ConnectionOwner, Transport } from '../transport.ts';

/** `[join_ref, ref, topic, event, payload]`. */
export type Wire = [string | null, string | null, string, string, unknown];

export class FakeLink implements ClientConnection {
  readonly owner: ConnectionOwner;
  readonly texts: string[] = [];
  readonly ends: string[] = [];
  isOpen = false;
  isDark = false;
  bufferedBytes = 0;
  isClosed = false;
  onSend: ((text: string) => void) | null = null;
  onEnd: ((how: string) => void) | null = null;

  constructor(owner: ConnectionOwner) {
    this.owner = owner;
  }

  /** What was sent, decoded. */
  get sent(): Wire[] {
    return this.texts.map((text) => JSON.parse(text) as Wire);
  }

  /** The last message of that event. */
  last(event: string): Wire {
    const found = this.sent.findLast((message) => message[3] === event);
    if (!found) throw new Error(`no ${event} was sent`);
    return found;
  }

  open(): void {
    this.isOpen = true;
    this.owner.onOpen();
  }

  say(...message: Wire): void {
    this.sayText(JSON.stringify(message));
  }

  sayText(text: string): void {
    // With other bytes on both sides, as in the shared read buffer.
    const buffer = Buffer.from(`xx${text}yy`);
    this.owner.onText(buffer, 2, buffer.length - 2);
  }

  reply([joinRef, ref, topic]: Wire, status = 'ok', response: unknown = {}): void {
    this.say(joinRef, ref, topic, 'phx_reply', { status, response });
  }

  /** The server closes, or the link breaks. */
  drop(code: number): void {
    this.#end({ code, detail: `closed by the server with ${code}`, refused: false });
  }

  refuse(detail: string): void {
    this.#end({ code: 1006, detail, refused: true });
  }

  send(frame: Buffer): void {
    if (!this.isOpen) return;
    const text = payloadOf(frame).toString('utf8');
    this.texts.push(text);
    this.onSend?.(text);
  }

  close(code: number, reason = ''): void {
    if (this.isClosed) return;
    const refused = !this.isOpen;
    this.ends.push(`close ${code} ${reason}`.trim());
    this.onEnd?.(`close ${code} ${reason}`.trim());
    this.#end({ code, detail: 'closed by the client', refused });
  }

  reset(detail: string): void {
    if (this.isClosed) return;
    this.ends.push(`reset: ${detail}`);
    this.onEnd?.('reset');
    this.#end({ code: 1006, detail, refused: !this.isOpen });
  }

  goDark(): void {
    this.isDark = true;
  }

  goLight(): void {
    this.isDark = false;
  }

  #end(cause: { code: number; detail: string; refused: boolean }): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isOpen = false;
    this.owner.onClosed(cause);
  }
}

/** A transport that makes such links, and tells of each. */
export function fakeTransport(made: (link: FakeLink) => void): Transport {
  return (_endpoint, _upgrade, owner) => {
    const link = new FakeLink(owner);
    made(link);
    return link;
  };
}
