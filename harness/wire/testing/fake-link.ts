/** A connection of which a test is the other end: what is sent lies open, what arrives is said by hand. */
import { payloadOf } from '../frame.ts';
import { RoughLink, type LinkEnds, type RoughLinks } from '../rough-link.ts';
import type { ClientConnection, CloseCause, ConnectionOwner, Severing, Transport } from '../transport.ts';

/** `[join_ref, ref, topic, event, payload]`. */
export type Wire = [string | null, string | null, string, string, unknown];

export class FakeLink implements ClientConnection, LinkEnds {
  readonly owner: ConnectionOwner;
  readonly texts: string[] = [];
  readonly ends: string[] = [];
  /** What a fault has put in between; whole messages travel it, not bytes. */
  rough: RoughLink | null;
  /** What was said while nothing was read. */
  #unread: string[] | null = null;
  isOpen = false;
  bufferedBytes = 0;
  isClosed = false;
  #isSevered = false;
  onSend: ((text: string) => void) | null = null;
  onEnd: ((how: string) => void) | null = null;

  constructor(owner: ConnectionOwner, rough: RoughLink | null = null) {
    this.owner = owner;
    this.rough = rough;
    rough?.attach(this);
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
    if (this.rough !== null) this.rough.in.take(() => this.#opened());
    else this.#opened();
  }

  #opened(): void {
    if (this.isClosed) return;
    this.isOpen = true;
    this.owner.onOpen();
  }

  say(...message: Wire): void {
    this.sayText(JSON.stringify(message));
  }

  sayText(text: string): void {
    if (this.#unread !== null) this.#unread.push(text);
    else if (this.rough !== null) this.rough.arrived(Buffer.from(text), Buffer.byteLength(text));
    else this.#hear(Buffer.from(text));
  }

  #hear(text: Buffer): void {
    if (this.#isSevered) return;
    // With other bytes on both sides, as in the shared read buffer.
    const buffer = Buffer.concat([Buffer.from('xx'), text, Buffer.from('yy')]);
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
    if (this.rough !== null) this.rough.send(frame);
    else this.leave(frame);
  }

  leave(frame: Buffer): void {
    const text = payloadOf(frame).toString('utf8');
    this.texts.push(text);
    this.onSend?.(text);
  }

  arrive(buffer: Buffer, bytes: number): void {
    if (!this.isClosed) this.#hear(buffer.subarray(0, bytes));
  }

  close(code: number, reason = ''): void {
    if (this.isClosed) return;
    const refused = !this.isOpen && !this.#isSevered;
    if (!this.#isSevered) {
      this.ends.push(`close ${code} ${reason}`.trim());
      this.onEnd?.(`close ${code} ${reason}`.trim());
    }
    this.#end({ code, detail: 'closed by the client', refused });
  }

  sever(how: Severing): void {
    if (!this.isOpen) return;
    this.ends.push(how === 'reset' ? 'severed: reset' : `severed: ${how.code}`);
    this.isOpen = false;
    this.#isSevered = true;
    this.rough?.end();
    this.rough = null;
  }

  tellSevered(detail: string, atUs: number): void {
    if (this.#isSevered) this.#end({ code: 1006, detail, refused: false, atUs });
  }

  reset(detail: string): void {
    if (this.isClosed) return;
    if (!this.#isSevered) {
      this.ends.push(`reset: ${detail}`);
      this.onEnd?.('reset');
    }
    this.#end({ code: 1006, detail, refused: !this.isOpen && !this.#isSevered });
  }

  roughen(links: RoughLinks): RoughLink {
    if (this.rough === null) {
      this.rough = new RoughLink(links);
      this.rough.attach(this);
    }
    return this.rough;
  }

  stopReading(): void {
    this.#unread = [];
  }

  readOn(): void {
    const unread = this.#unread ?? [];
    this.#unread = null;
    for (const text of unread) this.sayText(text);
  }

  smooth(): void {
    this.rough = null;
  }

  #end(cause: CloseCause): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isOpen = false;
    this.rough?.end();
    this.rough = null;
    this.owner.onClosed(cause);
  }
}

/** A transport that makes such links, and tells of each. */
export function fakeTransport(made: (link: FakeLink) => void): Transport {
  return (_endpoint, _upgrade, owner, _maxFrameBytes, rough = null) => {
    const link = new FakeLink(owner, rough);
    made(link);
    return link;
  };
}
