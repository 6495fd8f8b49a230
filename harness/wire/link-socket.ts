/** The sockets of our connections, and how they call whoever they belong to: one function of each kind serves them all. */
import { Socket, type SocketConstructorOpts } from 'node:net';
import { socketOutcome } from './outcome-words.ts';
import { READ_BUFFER } from './read-buffer.ts';

/** What a socket tells its connection. */
export type Link = {
  /** TCP, and TLS over it, is up. */
  connected(): void;
  /** Fresh bytes, which are overwritten by the next read. */
  read(buffer: Buffer, bytes: number): void;
  failed(detail: string): void;
  /** It has ended, with an error told before or without one. */
  vanished(): void;
};

export class LinkSocket extends Socket {
  link: Link | null = null;
}

const ONREAD = {
  buffer: READ_BUFFER,
  callback(this: unknown, bytes: number): boolean {
    // Node calls it as a method of the socket.
    (this as LinkSocket).link?.read(READ_BUFFER, bytes);
    return true;
  },
};

const PLAIN_OPTIONS: SocketConstructorOpts & { noDelay: boolean } = { onread: ONREAD, noDelay: true };
const UNDER_TLS_OPTIONS: SocketConstructorOpts & { noDelay: boolean } = { noDelay: true };

/** A TCP socket that is not connected yet; one with TLS over it has no reads of its own. */
export function tcpSocket(link: Link, isUnderTls: boolean): LinkSocket {
  const tcp = new LinkSocket(isUnderTls ? UNDER_TLS_OPTIONS : PLAIN_OPTIONS);
  tcp.link = link;
  tcp.on('error', onError);
  tcp.on('close', onClose);
  if (!isUnderTls) tcp.on('connect', onConnect);
  return tcp;
}

/** Lets a TLS socket speak for the connection. */
export function linkSecure(secure: Socket, link: Link): Socket {
  (secure as LinkSocket).link = link;
  secure.on('secureConnect', onConnect);
  secure.on('data', onData);
  secure.on('error', onError);
  secure.on('close', onClose);
  return secure;
}

function onConnect(this: Socket): void {
  (this as LinkSocket).link?.connected();
}

function onData(this: Socket, chunk: Buffer): void {
  (this as LinkSocket).link?.read(chunk, chunk.length);
}

function onError(this: Socket, error: Error): void {
  (this as LinkSocket).link?.failed(socketOutcome(error));
}

function onClose(this: Socket): void {
  (this as LinkSocket).link?.vanished();
}
