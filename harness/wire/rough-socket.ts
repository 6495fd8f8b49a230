/**
 * A socket that somebody else reads and writes (`ws`), with a rough link laid
 * under it: for as long as that lasts its `write`, its events and what is put
 * back into it go by the link.
 */
import type { Socket } from 'node:net';
import type { LinkEnds, RoughLink } from './rough-link.ts';

/** Events that say that nothing more comes: they come behind what is under way. */
const ENDS: ReadonlySet<string | symbol> = new Set(['end', 'error', 'close']);

type Told = () => void;

/** Lays the link under the socket; `cut` breaks the connection with RST. */
export function layUnder(socket: Socket, rough: RoughLink, cut: (detail: string) => void): void {
  rough.attach(new RoughSocket(socket, rough, cut));
}

class RoughSocket implements LinkEnds {
  readonly #socket: Socket;
  readonly #rough: RoughLink;
  readonly #cut: (detail: string) => void;
  readonly #write: Socket['write'];
  readonly #emit: Socket['emit'];
  /** Bytes behind the answer to the upgrade: they have come through already. */
  #head: Buffer | null = null;
  /** While reading is stopped; whoever else has the socket may make it flow all the same. */
  #unread: Buffer[] | null = null;

  constructor(socket: Socket, rough: RoughLink, cut: (detail: string) => void) {
    this.#socket = socket;
    this.#rough = rough;
    this.#cut = cut;
    this.#write = socket.write;
    this.#emit = socket.emit;
    Object.assign(socket, {
      write: (bytes: Uint8Array | string, encoding?: BufferEncoding | Told, told?: Told): boolean =>
        this.#written(bytes, encoding, told),
      emit: (event: string | symbol, ...told: unknown[]): boolean => this.#emitted(event, told),
      unshift: (bytes: Buffer): void => this.#putBack(bytes),
    });
  }

  #written(bytes: Uint8Array | string, encoding?: BufferEncoding | Told, told?: Told): boolean {
    const code = typeof encoding === 'string' ? encoding : 'utf8';
    const copy = typeof bytes === 'string' ? Buffer.from(bytes, code) : Buffer.from(bytes);
    if (this.#rough.isOver) this.leave(copy);
    else this.#rough.out.take(copy);
    const done = typeof encoding === 'function' ? encoding : told;
    if (done) process.nextTick(done);
    return true;
  }

  #emitted(event: string | symbol, told: unknown[]): boolean {
    const [chunk] = told;
    if (this.#rough.isOver) return this.#tell(event, told);
    if (event === 'data' && Buffer.isBuffer(chunk)) this.#read(chunk);
    else if (ENDS.has(event)) this.#rough.in.take(() => this.#end(event, told));
    else return this.#tell(event, told);
    return true;
  }

  #end(event: string | symbol, told: unknown[]): void {
    this.#tell(event, told);
    if (event === 'close') this.#rough.end();
  }

  #read(chunk: Buffer): void {
    if (this.#unread === null) this.#rough.arrived(chunk, chunk.length);
    else this.#unread.push(chunk);
  }

  /** Whoever puts bytes back listens for them before this turn is over. */
  #putBack(bytes: Buffer): void {
    this.#head = bytes;
    process.nextTick(() => this.#handHead());
  }

  #handHead(): void {
    const head = this.#head;
    this.#head = null;
    if (head !== null) this.#tell('data', [head]);
  }

  #tell(event: string | symbol, told: unknown[]): boolean {
    return Reflect.apply(this.#emit, this.#socket, [event, ...told]);
  }

  leave(bytes: Buffer): void {
    // The peer may have ended meanwhile, and the news of it may still be under way.
    if (this.#socket.writable) Reflect.apply(this.#write, this.#socket, [bytes]);
  }

  arrive(buffer: Buffer, bytes: number): void {
    this.#handHead();
    this.#tell('data', [buffer.subarray(0, bytes)]);
  }

  stopReading(): void {
    this.#unread = [];
    this.#socket.pause();
  }

  readOn(): void {
    const unread = this.#unread ?? [];
    this.#unread = null;
    for (const chunk of unread) this.#read(chunk);
    if (this.#unread === null) this.#socket.resume();
  }

  reset(detail: string): void {
    this.#cut(detail);
  }

  smooth(): void {
    this.#handHead();
    for (const name of ['write', 'emit', 'unshift']) Reflect.deleteProperty(this.#socket, name);
  }
}
