import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { EndpointContext } from './context.ts';
import { judgeUpgrade, type Accepted, type HandshakeRules } from './handshake.ts';
import { Transport } from './transport.ts';

const OWNER = Symbol('transport');

type OwnedSocket = Socket & { [OWNER]?: Transport };

// Shared by all sockets: a closure per connection would be the larger half of what we add to one.
function onData(this: OwnedSocket, chunk: Buffer): void {
  this[OWNER]?.bytesIn(chunk);
}

function onDrain(this: OwnedSocket): void {
  this[OWNER]?.pipeDrained();
}

function onEnd(this: OwnedSocket): void {
  this[OWNER]?.peerEnded();
}

function onClose(this: OwnedSocket): void {
  this[OWNER]?.pipeClosed();
  delete this[OWNER];
}

function ignoreError(): void {}

/** Where to listen. Port 0 picks a free one. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** Let other node processes listen on the same port. */
  readonly shared: boolean;
}

/** The listener: upgrades what Phoenix would and hands each connection to its own transport process. */
export class Endpoint {
  private readonly context: EndpointContext;
  private readonly rules: HandshakeRules;
  private readonly server: Server;

  constructor(context: EndpointContext, rules: HandshakeRules) {
    this.context = context;
    this.rules = rules;
    this.server = createServer({ noDelay: true, keepAlive: false }, (request, response) => {
      const verdict = judgeUpgrade(requestOf(request), rules);
      response.writeHead('status' in verdict ? verdict.status : 400).end();
    });
    this.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket as Socket, head));
  }

  /** Resolves with the port; rejects with Node's error, EADDRINUSE among them. */
  listen(options: ListenOptions): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      const { host, port, shared } = options;
      this.server.listen({ host, port, reusePort: shared, backlog: 16_384 }, () => {
        const address = this.server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** Stops accepting; open connections live on. */
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', ignoreError);
    const verdict = judgeUpgrade(requestOf(request), this.rules);
    if ('status' in verdict) {
      this.context.telemetry.refusedUpgrades.value += 1;
      if (verdict.byConnect) this.context.telemetry.socketConnected.value += 1;
      const phrase = STATUS_CODES[verdict.status];
      socket.end(`HTTP/1.1 ${verdict.status} ${phrase}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.context.telemetry.socketConnected.value += 1;
    this.adopt(socket, verdict, head);
  }

  private adopt(socket: OwnedSocket, accepted: Accepted, head: Buffer): void {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accepted.acceptKey}\r\n\r\n`,
    );
    const transport = new Transport(this.context, socket, accepted.serializer, accepted.userId);
    socket[OWNER] = transport;
    socket.on('data', onData);
    socket.on('drain', onDrain);
    socket.on('end', onEnd);
    socket.on('close', onClose);
    if (head.length > 0) transport.bytesIn(Buffer.from(head));
  }
}

function requestOf(request: IncomingMessage): {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
} {
  return { method: request.method ?? '', url: request.url ?? '/', headers: request.headers };
}
