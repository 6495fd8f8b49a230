/**
 * The end of a connection that faces its socket: what is written there and when,
 * and the rough link that a fault puts in between.
 */
import type { Socket } from 'node:net';
import type { LinkSocket } from './link-socket.ts';
import { RoughLink, type LinkEnds, type RoughLinks } from './rough-link.ts';
import { whenTurnEnds } from './turn-writes.ts';

/** How long a peer that does not read may keep a closed connection's descriptor, in milliseconds. */
const GOODBYE_MS = 10_000;

function destroy(this: Socket): void {
  this.destroy();
}

/** Of a connection whose next frames wait for the end of this turn, and there is none yet. */
const NOTHING: Buffer[] = [];

export abstract class SocketEnd implements LinkEnds {
  /** What is written to: `tcp` itself, or TLS over it. */
  protected abstract readonly socket: Socket;
  protected abstract readonly tcp: LinkSocket;
  /** `severed`: over, and its owner has not been told. */
  protected state: 'connecting' | 'upgrading' | 'open' | 'severed' | 'closed' = 'connecting';
  /** What lies between here and the socket while a fault is on; null at all other times. */
  protected rough: RoughLink | null;
  /** Frames that go together when this turn ends; null while the next one goes at once. */
  #behind: Buffer[] | null = null;

  constructor(rough: RoughLink | null) {
    this.rough = rough;
  }

  abstract arrive(buffer: Buffer, bytes: number): void;
  abstract reset(detail: string): void;

  get isOpen(): boolean {
    return this.state === 'open';
  }

  protected get isOver(): boolean {
    return this.state === 'severed' || this.state === 'closed';
  }

  get bufferedBytes(): number {
    let bytes = this.socket.writableLength;
    if (this.rough !== null) bytes += this.rough.out.waitingBytes;
    for (const frame of this.#behind ?? NOTHING) bytes += frame.length;
    return bytes;
  }

  send(frame: Buffer): void {
    if (this.state !== 'open') return;
    if (this.rough !== null) this.rough.send(frame);
    else this.#write(frame);
  }

  #write(bytes: Buffer): void {
    if (this.#behind === null) {
      this.socket.write(bytes);
      this.#behind = NOTHING;
      whenTurnEnds(this);
    } else if (this.#behind === NOTHING) this.#behind = [bytes];
    else this.#behind.push(bytes);
  }

  /** From here to the end of the turn all that is sent goes as one. */
  protected gather(): void {
    if (this.#behind !== null || this.rough !== null || this.state !== 'open') return;
    this.#behind = NOTHING;
    whenTurnEnds(this);
  }

  /** Called when the turn is over, and before anything that must come after what it sent. */
  turnEnds(): void {
    const behind = this.#behind;
    this.#behind = null;
    if (behind === null || behind.length === 0 || this.state !== 'open') return;
    this.socket.write(behind.length === 1 ? behind[0]! : Buffer.concat(behind));
  }

  /** Bytes that are no frame of the client's, the request for one. */
  protected put(bytes: Buffer): void {
    if (this.rough !== null) this.rough.out.take(bytes);
    else this.socket.write(bytes);
  }

  roughen(links: RoughLinks): RoughLink {
    if (this.rough !== null) return this.rough;
    this.turnEnds();
    this.rough = new RoughLink(links);
    this.rough.attach(this);
    return this.rough;
  }

  leave(bytes: Buffer): void {
    // The peer may have ended meanwhile, and the news of it may still be under way.
    if (!this.socket.writable) return;
    if (this.state === 'open') this.#write(bytes);
    else this.socket.write(bytes);
  }

  leaveTogether(): void {
    if (this.state === 'open') this.#behind ??= NOTHING;
  }

  leaveNow(): void {
    this.turnEnds();
  }

  stopReading(): void {
    this.socket.pause();
  }

  readOn(): void {
    this.socket.resume();
  }

  smooth(): void {
    this.rough = null;
  }

  /** Says it, and goes: on a rough link behind what was sent before. */
  protected sayGoodbye(frame: Buffer | null): void {
    if (this.isOver) return;
    if (this.state !== 'open') return this.destroy();
    this.turnEnds();
    if (frame !== null) this.put(frame);
    if (this.rough !== null) this.rough.out.take(() => this.#go());
    else this.#go();
  }

  /** The descriptor goes as soon as all is out: a peer that never answers must not hold it. */
  #go(): void {
    this.turnEnds();
    if (this.socket.writableLength > 0) this.socket.setTimeout(GOODBYE_MS, destroy);
    this.socket.destroySoon();
    this.endRough();
  }

  protected destroy(): void {
    this.socket.destroy();
    this.tcp.destroy();
    this.endRough();
  }

  /** Nothing that waits goes anywhere. */
  protected endRough(): void {
    this.rough?.end();
    this.rough = null;
  }

  /** Nothing is sent any more but what a rough link still holds. */
  protected shut(state: 'severed' | 'closed'): void {
    this.state = state;
    this.#behind = null;
  }
}
