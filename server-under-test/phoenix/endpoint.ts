import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { connectUser } from './connect.ts';
import type { EndpointContext } from './context.ts';
import { judgeUpgrade, Refused, type Accepted, type HandshakeRules } from './handshake.ts';
import type { Connected } from './transport.ts';
import { WebSocketTransport } from './websocket.ts';

const OWNER = Symbol('transport');

type OwnedSocket = Socket & { [OWNER]?: WebSocketTransport };

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

/** Answers plain HTTP requests of one path. */
export interface HttpHandler {
  readonly path: string;
  handle(request: IncomingMessage, response: ServerResponse): void;
}

/** The listener: upgrades what Phoenix would and hands each connection to its own transport process. */
export class Endpoint {
  private readonly context: EndpointContext;
  private readonly rules: HandshakeRules;
  private readonly server: Server;
  /** Plain HTTP requests under way. */
  requests = 0;

  constructor(context: EndpointContext, rules: HandshakeRules, handlers: readonly HttpHandler[] = []) {
    this.context = context;
    this.rules = rules;
    this.server = createServer({ noDelay: true, keepAlive: false }, (request, response) => {
      const path = (request.url ?? '/').split('?', 1)[0];
      const handler = handlers.find((known) => known.path === path);
      this.requests += 1;
      response.once('close', () => (this.requests -= 1));
      if (handler !== undefined) return handler.handle(request, response);
      const verdict = judgeUpgrade(request, rules);
      // Without upgrade headers even a request that is fine otherwise is none.
      if (verdict instanceof Refused) response.writeHead(verdict.status).end(verdict.body);
      else response.writeHead(400).end();
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

  /** Stops accepting; open connections and requests go on. */
  suspend(): void {
    this.server.close();
  }

  /** Stops accepting and cuts plain HTTP connections; upgraded ones live on. */
  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', ignoreError);
    const verdict = judgeUpgrade(request, this.rules);
    if (verdict instanceof Refused) {
      this.context.telemetry.refusedUpgrades.value += 1;
      return refuse(socket, verdict.status, verdict.body);
    }
    try {
      const connected = connectUser(this.context, verdict, 'websocket');
      if (!(connected instanceof Promise)) return this.answer(socket, verdict, connected, head);
      connected.then(
        (value) => this.answer(socket, verdict, value, head),
        (error: unknown) => this.connectRaised(socket, error),
      );
    } catch (error) {
      this.connectRaised(socket, error);
    }
  }

  private answer(socket: Socket, accepted: Accepted, connected: Connected | null, head: Buffer): void {
    if (socket.destroyed) return;
    if (connected !== null) return this.adopt(socket, accepted, connected, head);
    this.context.telemetry.refusedUpgrades.value += 1;
    refuse(socket, 403, '');
  }

  private connectRaised(socket: Socket, error: unknown): void {
    this.context.logger.error(() => `connect raised: ${String(error)}`);
    refuse(socket, 500, '');
  }

  private adopt(socket: OwnedSocket, accepted: Accepted, connected: Connected, head: Buffer): void {
    const { acceptKey, subprotocol } = accepted;
    const protocol = subprotocol === null ? '' : `Sec-WebSocket-Protocol: ${subprotocol}\r\n`;
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${acceptKey}\r\n${protocol}\r\n`,
      'latin1',
    );
    let transport: WebSocketTransport;
    try {
      transport = this.context.transportSupervisor.startChild(
        () => new WebSocketTransport(this.context, socket, connected),
      );
    } catch (error) {
      // Its supervisor or the registry is being restarted. The client has its 101: all that is left is to hang up.
      this.context.logger.error(() => `connection could not start: ${String(error)}`);
      return void socket.destroy();
    }
    socket[OWNER] = transport;
    socket.on('data', onData);
    socket.on('drain', onDrain);
    socket.on('end', onEnd);
    socket.on('close', onClose);
    if (head.length > 0) transport.bytesIn(Buffer.from(head));
  }
}

function refuse(socket: Socket, status: number, body: string): void {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
