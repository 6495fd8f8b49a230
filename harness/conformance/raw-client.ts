/**
 * A WebSocket client over a bare socket. It can send anything, and keeps what
 * arrives in order, the end of the connection included.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '../base/clock.ts';
import { Condition } from '../base/condition.ts';
import { messageOf } from '../base/errors.ts';
import { OPCODE } from '../wire/frame.ts';
import { headEnd, MAX_HEAD_BYTES, refusalOf, upgradeRequest } from '../wire/handshake.ts';
import { rawFrame, ServerFrames, type RawFrame } from './raw-frame.ts';
import { hostAndPort, type Address } from './target.ts';

/** What came, with the clock's time of its arrival. */
export type Arrival =
  | { kind: 'text' | 'binary' | 'ping' | 'pong'; bytes: Buffer; atUs: number }
  /** The end: the close frame's code, 1005 when it had none, 1006 when TCP ended without one. */
  | { kind: 'close'; code: number; atUs: number };

/** Where a client says what goes over the wire: `>` sent, `<` received. */
export type WireLog = (direction: '>' | '<', what: string) => void;

export type RawOptions = { clock: Clock; target: Address; log: WireLog };

const OPEN_MS = 5_000;
const KINDS: Readonly<Record<number, 'text' | 'binary' | 'ping' | 'pong'>> = {
  [OPCODE.text]: 'text',
  [OPCODE.binary]: 'binary',
  [OPCODE.ping]: 'ping',
  [OPCODE.pong]: 'pong',
};

/** A TCP or TLS connection to the target. */
export function dial({ secure, host, port, ca }: Address): Socket {
  if (!secure) return connectTcp({ host, port, noDelay: true });
  // An address is no server name (RFC 6066, 3); the certificate must name it all the same.
  const name = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port, ...name, ...(ca === undefined ? {} : { ca }) });
}

export class RawClient {
  readonly #clock: Clock;
  readonly #log: WireLog;
  readonly #socket: Socket;
  readonly #frames = new ServerFrames();
  readonly #arrived: Arrival[] = [];
  readonly #news: Condition;
  #head: Buffer | null = Buffer.alloc(0);
  #refusal: string | null = null;
  #closeCode: number | null = null;
  #ended = false;

  private constructor({ clock, target, log }: RawOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#news = new Condition(clock);
    this.#socket = dial(target);
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (error) => (this.#refusal ??= messageOf(error)));
    this.#socket.on('close', () => this.#end());
  }

  /** Connects and upgrades; rejects with what the server answered instead. */
  static async open(options: RawOptions, query: string): Promise<RawClient> {
    const client = new RawClient(options);
    const { target } = options;
    const path = `${target.path}?${query}`;
    options.log('>', `GET ${withoutToken(path)} (upgrade)`);
    client.#socket.write(upgradeRequest(hostAndPort(target), path));
    const isSettled = (): boolean => client.#head === null || client.#ended || client.#refusal !== null;
    const isOpen = await client.#news.until(isSettled, OPEN_MS);
    if (!isOpen || client.#refusal !== null || client.#head !== null) {
      client.drop();
      throw new Error(`no upgrade: ${client.#refusal ?? (isOpen ? 'the connection ended' : 'no answer')}`);
    }
    return client;
  }

  /** One text frame for each value, as JSON; all in one write, so they travel together. */
  send(...values: readonly unknown[]): void {
    const texts = values.map((value) => JSON.stringify(value));
    for (const text of texts) this.#log('>', text);
    this.#socket.write(Buffer.concat(texts.map((payload) => rawFrame({ opcode: OPCODE.text, payload }))));
  }

  sendFrame(frame: RawFrame): void {
    const { opcode, payload, fin, rsv, masked, announcedBytes } = frame;
    const shown =
      typeof payload === 'string' ? JSON.stringify(payload) : Buffer.from(payload ?? []).toString('hex');
    const odd = Object.entries({ fin, rsv, masked, announcedBytes }).filter(
      ([, value]) => value !== undefined,
    );
    const oddities = odd.map(([name, value]) => ` ${name}=${String(value)}`).join('');
    this.#log('>', `frame opcode=${opcode}${oddities} ${clip(shown)}`);
    this.#socket.write(rawFrame(frame));
  }

  /** The bytes as they are: half a frame, two frames, none. */
  sendBytes(bytes: Uint8Array, what: string): void {
    this.#log('>', what);
    this.#socket.write(bytes);
  }

  /** Ends TCP without a close frame. */
  drop(): void {
    if (!this.#ended) this.#log('>', 'TCP dropped');
    this.#socket.destroy();
  }

  /** The oldest arrival not taken yet, or null when none comes in time. */
  async next(withinMs: number): Promise<Arrival | null> {
    await this.#news.until(() => this.#arrived.length > 0, withinMs);
    return this.#arrived.shift() ?? null;
  }

  #receive(chunk: Buffer): void {
    let rest = chunk;
    if (this.#head !== null) {
      const head = Buffer.concat([this.#head, chunk]);
      const end = headEnd(head, 0, head.length);
      this.#head = head;
      if (end < 0) {
        if (head.length > MAX_HEAD_BYTES) this.#refuse('an endless response head');
        return;
      }
      const refusal = refusalOf(head.toString('latin1', 0, end));
      this.#log('<', head.toString('latin1').split('\r\n', 1)[0] ?? '');
      if (refusal !== null) return this.#refuse(refusal);
      this.#head = null;
      rest = head.subarray(end);
    }
    try {
      for (const { opcode, payload } of this.#frames.feed(rest)) this.#take(opcode, payload);
    } catch (error) {
      this.#log('<', messageOf(error));
      this.#socket.destroy();
    }
    this.#news.wake();
  }

  #take(opcode: number, bytes: Buffer): void {
    const atUs = this.#clock.nowUs();
    if (this.#closeCode !== null) return this.#log('<', `after the close frame: opcode ${opcode}`);
    if (opcode === OPCODE.close) {
      this.#closeCode = bytes.length >= 2 ? bytes.readUInt16BE(0) : 1005;
      this.#log('<', `close ${this.#closeCode}`);
      this.#arrived.push({ kind: 'close', code: this.#closeCode, atUs });
      this.#socket.end();
      return;
    }
    const kind = Object.hasOwn(KINDS, opcode) ? KINDS[opcode] : undefined;
    if (kind === undefined) throw new Error(`the server sent opcode ${opcode}`);
    this.#log('<', kind === 'text' ? bytes.toString('utf8') : `${kind} ${bytes.toString('hex')}`);
    this.#arrived.push({ kind, bytes, atUs });
  }

  #refuse(why: string): void {
    this.#refusal ??= why;
    this.#socket.destroy();
    this.#news.wake();
  }

  #end(): void {
    this.#ended = true;
    if (this.#head === null && this.#closeCode === null) {
      this.#log('<', 'TCP ended without a close frame (1006)');
      this.#arrived.push({ kind: 'close', code: 1006, atUs: this.#clock.nowUs() });
    }
    this.#news.wake();
  }
}

/** A path without what a token in its query is. */
export function withoutToken(path: string): string {
  return path.replaceAll(/([?&]token=)[^&]*/g, '$1…');
}

/** A text short enough for a line of a report. */
export function clip(text: string, max = 400): string {
  return text.length <= max ? text : `${text.slice(0, max)}… (${text.length} characters)`;
}
