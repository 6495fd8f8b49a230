import { createRequire } from 'node:module';
import { WebSocket } from 'ws';

/** The official clients this repository drives: before and after the rewrite of the connection layer in 1.8.16. */
export const CLIENT_VERSIONS = ['1.8.12', '1.8.16'] as const;
export type ClientVersion = (typeof CLIENT_VERSIONS)[number];

export interface OfficialPush {
  receive(status: string, callback: (response: unknown) => void): OfficialPush;
}

export interface OfficialChannel {
  readonly topic: string;
  readonly state: string;
  join(timeoutMs?: number): OfficialPush;
  leave(): OfficialPush;
  push(event: string, payload?: unknown, timeoutMs?: number): OfficialPush;
  on(event: string, callback: (payload: unknown) => void): number;
  onClose(callback: (reason: unknown) => void): void;
  onError(callback: (reason: unknown) => void): number;
  joinRef(): string | null;
}

/** What the client keeps of one connection: a WebSocket, or its own long-poll. */
interface Carrier {
  readonly readyState: number;
}

export interface OfficialSocket {
  readonly channels: readonly OfficialChannel[];
  readonly conn: Carrier | null;
  readonly reconnectAfterMs: (tries: number) => number;
  readonly rejoinAfterMs: (tries: number) => number;
  connect(): void;
  disconnect(callback?: () => void, code?: number, reason?: string): void;
  channel(topic: string, params?: object | (() => object)): OfficialChannel;
  onOpen(callback: () => void): string;
  onClose(callback: (event: { readonly code: number }) => void): string;
  onError(callback: (error: unknown) => void): string;
  isConnected(): boolean;
}

export interface OfficialPresence {
  onJoin(callback: (key: string, current: unknown, joined: unknown) => void): void;
  onLeave(callback: (key: string, current: unknown, left: unknown) => void): void;
  onSync(callback: () => void): void;
  list<T>(by: (key: string, presence: { readonly metas: readonly unknown[] }) => T): T[];
}

interface Library {
  readonly Socket: new (url: string, options: object) => OfficialSocket;
  readonly Presence: new (channel: OfficialChannel) => OfficialPresence;
  readonly LongPoll: new (url: string, protocols?: string[]) => Carrier;
}

const PACKAGES: Readonly<Record<ClientVersion, string>> = {
  '1.8.12': 'phoenix-1.8.12',
  '1.8.16': 'phoenix',
};
const load = createRequire(import.meta.url);

/** The library as published, nothing patched. */
export function libraryOf(version: ClientVersion): Library {
  return load(PACKAGES[version]) as Library;
}

/** One WebSocket the client opened, and all that passed over it. */
export interface Wire {
  readonly url: string;
  /** Frames of the client in order: arrays and objects, or the bytes of a binary one in hex. */
  readonly sent: unknown[];
  readonly received: unknown[];
  /** How the client closed it, where it did. */
  closedBy: { readonly code: number | undefined; readonly reason: string | undefined } | null;
  readonly socket: WebSocket;
}

function readFrame(data: unknown): unknown {
  if (typeof data === 'string') return JSON.parse(data) as unknown;
  return Buffer.from(data as ArrayBuffer).toString('hex');
}

/** A WebSocket class for the client's `transport` option that keeps a log of each instance. */
function recording(wires: Wire[]): typeof WebSocket {
  return class Recorded extends WebSocket {
    readonly wire: Wire;

    constructor(url: string, protocols?: string[]) {
      super(url, protocols, { perMessageDeflate: false });
      this.wire = { url, sent: [], received: [], closedBy: null, socket: this };
      wires.push(this.wire);
      this.on('message', (data: Buffer, isBinary) => {
        this.wire.received.push(readFrame(isBinary ? data : data.toString('utf8')));
      });
      this.on('error', () => {});
    }

    override send(data: unknown): void {
      this.wire.sent.push(readFrame(data));
      super.send(data as string);
    }

    override close(code?: number, reason?: string): void {
      this.wire.closedBy ??= { code, reason };
      super.close(code, reason);
    }
  } as unknown as typeof WebSocket;
}

/** An official socket with its wires in view. */
export class OfficialClient {
  readonly version: ClientVersion;
  readonly published: Library;
  readonly socket: OfficialSocket;
  readonly wires: Wire[] = [];
  /** Tries for which the client asked when to reconnect: it does so exactly when it schedules one. */
  readonly reconnects: number[] = [];
  readonly rejoins: number[] = [];

  constructor(version: ClientVersion, url: string, options: object = {}) {
    this.version = version;
    this.published = libraryOf(version);
    this.socket = new this.published.Socket(url, {
      transport: recording(this.wires),
      sessionStorage: { getItem: () => null, setItem: () => {} },
      reconnectAfterMs: (tries: number) => {
        this.reconnects.push(tries);
        return 10;
      },
      rejoinAfterMs: (tries: number) => {
        this.rejoins.push(tries);
        return 20;
      },
      ...options,
    });
  }

  /** The wire in use. */
  get wire(): Wire {
    const wire = this.wires.at(-1);
    if (wire === undefined) throw new Error('the client has not connected yet');
    return wire;
  }

  get carrier(): Carrier | null {
    return this.socket.conn;
  }

  /** Resolves when the socket is open. */
  connected(): Promise<void> {
    if (this.socket.isConnected()) return Promise.resolve();
    const opened = new Promise<void>((resolve) => void this.socket.onOpen(resolve));
    this.socket.connect();
    return opened;
  }

  /** The next time the socket opens. */
  opened(): Promise<void> {
    return new Promise((resolve) => void this.socket.onOpen(resolve));
  }

  /** The code of the next close. */
  closed(): Promise<number> {
    return new Promise((resolve) => void this.socket.onClose((event) => resolve(event.code)));
  }

  presence(channel: OfficialChannel): OfficialPresence {
    return new this.published.Presence(channel);
  }

  /** Frames of one event the client sent, over all its wires. */
  sent(event: string): unknown[] {
    return this.wires
      .flatMap((wire) => wire.sent)
      .filter((frame) => Array.isArray(frame) && frame[3] === event);
  }

  /** Gives up everything at once: no time for farewells in a test. */
  close(): void {
    this.socket.disconnect();
    for (const wire of this.wires) wire.socket.terminate();
  }
}

/** How a push ended: its status and the response. */
export function answered(push: OfficialPush): Promise<[status: string, response: unknown]> {
  return new Promise((resolve) => {
    for (const status of ['ok', 'error', 'timeout']) {
      push.receive(status, (response) => resolve([status, response]));
    }
  });
}

/** Every answer a push gets, a rejoined channel's later ones included. */
export class Answers {
  readonly all: Array<[status: string, response: unknown]> = [];
  private waiting: Array<() => void> = [];

  constructor(push: OfficialPush) {
    for (const status of ['ok', 'error', 'timeout']) {
      push.receive(status, (response) => {
        this.all.push([status, response]);
        for (const wake of this.waiting.splice(0)) wake();
      });
    }
  }

  /** Resolves with the answer of that number, from 1. */
  async nth(count: number): Promise<[status: string, response: unknown]> {
    for (;;) {
      const answer = this.all[count - 1];
      if (answer !== undefined) return answer;
      await new Promise<void>((resolve) => void this.waiting.push(resolve));
    }
  }
}

/** The next payload of an event on a channel. */
export function heard(channel: OfficialChannel, event: string): Promise<unknown> {
  return new Promise((resolve) => void channel.on(event, resolve));
}
