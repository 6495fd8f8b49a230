/**
 * What a client needs of a connection, whoever makes it: the bare socket
 * (connection.ts) or the stock `ws` client (ws-transport.ts).
 */
import type { RoughLink, RoughLinks } from './rough-link.ts';

/** Where to connect, and with what. */
export type Endpoint = {
  host: string;
  port: number;
  /** A source address to bind, or null to let the kernel choose. */
  localAddress: string | null;
  /** Null for `ws://`. */
  tls: TlsSettings | null;
};

/** Whom to believe at `wss://`; one object for all clients of a target, since its context is cached by it. */
export type TlsSettings = {
  /** The name asked for (SNI) and verified in the certificate. */
  servername: string;
  /** PEM text of further authorities beside those of Node, or null. */
  ca: string | null;
};

/** What a client asks for when it connects: everything but the socket. */
export type Upgrade = {
  /** The Host header. */
  host: string;
  /** With its query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  /** Subprotocols offered, in order of preference. */
  protocols: readonly string[];
};

/** Why a connection ended. */
export type CloseCause = {
  /** WebSocket close code; 1006 when the connection went away without one. */
  code: number;
  /** A named outcome (outcome-words.ts), or what the caller gave to `reset`. */
  detail: string;
  /** True when it never opened. */
  refused: boolean;
  /** When it ended, µs on the clock, where its owner hears of that later. */
  atUs?: number;
};

/** How a connection is severed. */
export type Severing = 'reset' | { code: number };

/** What a connection tells its owner; the bytes are only good until the call returns. */
export type ConnectionOwner = {
  onOpen(): void;
  onText(buffer: Buffer, from: number, to: number): void;
  onBinary(buffer: Buffer, from: number, to: number): void;
  /** Exactly once, and nothing after it. May be called from within `close`, `reset` and `tellSevered`. */
  onClosed(cause: CloseCause): void;
};

/** One connection, from its first SYN to its end. */
export type ClientConnection = {
  readonly isOpen: boolean;
  /** Bytes sent that the kernel has not taken yet, those included that wait on a rough link. */
  readonly bufferedBytes: number;
  /** Writes a whole masked frame; late or never where the link is rough, ignored when not open. */
  send(frame: Buffer): void;
  /** Ends with a close frame and FIN, as a client that goes away in good order. */
  close(code: number, reason?: string): void;
  /**
   * Ends an open one as the network would have it: with RST, or with a close frame of that code (none for 0) and FIN.
   * Its owner is owed the news: the cheap half of many ends can come first.
   */
  sever(how: Severing): void;
  /** Tells the owner of one that was severed at that time (1006); no other says anything. */
  tellSevered(detail: string, atUs: number): void;
  /** Cuts with RST; nothing is said to the peer. */
  reset(detail: string): void;
  /** The link it goes over from now on, for a fault to make worse; the same one until that is smooth again. */
  roughen(links: RoughLinks): RoughLink;
};

/** Connects. A canned request (handshake.ts) spares a fleet of alike clients its building. */
export type Transport = (
  endpoint: Endpoint,
  upgrade: Upgrade | Buffer,
  owner: ConnectionOwner,
  /** A message beyond this ends the connection with 1009. */
  maxFrameBytes: number,
  /** What it goes over from its first SYN on, where a fault waits for it. */
  rough?: RoughLink | null,
) => ClientConnection;
