/**
 * The stock `ws` client behind the same interface (`--transport ws`): the
 * reference our own connection is held against, and the only importer of `ws`.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Socket, type SocketConstructorOpts } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';
import { encodeCloseFrame, isMasked, OPCODE, payloadOf } from './frame.ts';
import { readUpgrade, upgradeProblem } from './handshake.ts';
import { closeOutcome, httpOutcome, OUTCOME } from './outcome-words.ts';
import { RoughLink, type RoughLinks } from './rough-link.ts';
import { layUnder } from './rough-socket.ts';
import { secureOver } from './tls-socket.ts';
import type {
  ClientConnection,
  CloseCause,
  ConnectionOwner,
  Endpoint,
  Severing,
  Transport,
  Upgrade,
} from './transport.ts';
import { wsBreach, wsOutcome } from './ws-words.ts';

/** How long `ws` waits for the other half of a close handshake, in milliseconds. */
const CLOSE_MS = 10_000;

const SOCKET_OPTIONS: SocketConstructorOpts & { noDelay: boolean } = { noDelay: true };

class WsConnection implements ClientConnection {
  readonly #owner: ConnectionOwner;
  readonly #tcp = new Socket(SOCKET_OPTIONS);
  /** `#tcp`, or TLS over it. */
  #socket: Socket = this.#tcp;
  #ws: WebSocket | null = null;
  #state: 'connecting' | 'open' | 'severed' | 'closed' = 'connecting';
  /** While a fault is on, or was. */
  #rough: RoughLink | null;

  constructor(
    endpoint: Endpoint,
    upgrade: Upgrade | Buffer,
    owner: ConnectionOwner,
    maxFrameBytes: number,
    rough: RoughLink | null = null,
  ) {
    this.#owner = owner;
    this.#rough = rough;
    try {
      this.#connect(endpoint, Buffer.isBuffer(upgrade) ? readUpgrade(upgrade) : upgrade, maxFrameBytes);
    } catch (error) {
      const detail = `${OUTCOME.badRequest}: ${(error as Error).message}`;
      queueMicrotask(() => this.#fail(detail));
    }
  }

  #connect(endpoint: Endpoint, upgrade: Upgrade, maxPayload: number): void {
    const problem = upgradeProblem(upgrade);
    if (problem !== null) throw new TypeError(problem);
    const { host, port, localAddress, tls } = endpoint;
    const connected = (): Socket => {
      this.#tcp.on('error', (error) => this.#fail(wsOutcome(error)));
      if (tls) this.#socket = secureOver(this.#tcp, tls);
      if (this.#rough) this.#layUnder(this.#rough);
      const connect = (): unknown =>
        this.#tcp.connect(localAddress === null ? { host, port } : { host, port, localAddress });
      if (this.#rough) this.#rough.out.take(connect);
      else connect();
      return this.#socket;
    };
    const options: ClientOptions & { closeTimeout: number } = {
      perMessageDeflate: false,
      maxPayload,
      closeTimeout: CLOSE_MS,
      headers: { ...upgrade.headers, Host: upgrade.host },
      createConnection: connected,
    };
    const url = `ws://${host.includes(':') ? `[${host}]` : host}:${port}${upgrade.path}`;
    const ws = new WebSocket(url, [...upgrade.protocols], options);
    this.#ws = ws;
    ws.on('open', () => this.#open());
    ws.on('message', (data, isBinary) => this.#message(data as Buffer, isBinary));
    ws.on('unexpected-response', (_request: ClientRequest, response: IncomingMessage) => {
      const { statusCode, headers } = response;
      this.#fail(httpOutcome(String(statusCode), headers['retry-after'], headers.location));
    });
    ws.on('error', (error) => this.#error(error));
    ws.on('close', (code, reason) => this.#closed(code, reason.toString('utf8')));
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get bufferedBytes(): number {
    return (this.#ws?.bufferedAmount ?? 0) + (this.#rough?.out.waitingBytes ?? 0);
  }

  send(frame: Buffer): void {
    if (this.#state !== 'open') return;
    const left = this.#rough === null ? frame : this.#rough.filtered(frame);
    if (left === null) return;
    const mask = isMasked(left);
    const binary = ((left[0] ?? 0) & 0x0f) === OPCODE.binary;
    this.#ws?.send(payloadOf(left), { binary, mask });
  }

  close(code: number, reason?: string): void {
    if (this.#state === 'closed') return;
    const refused = this.#state === 'connecting';
    if (refused) this.#destroy();
    else if (this.#state === 'open') this.#sayGoodbye(code, reason);
    this.#finish({ code, detail: OUTCOME.closedByClient, refused });
  }

  /** As our own does: `ws` by itself would wait for the peer's half. */
  #sayGoodbye(code: number, reason?: string): void {
    // Its reason cut as ours is; `ws` throws at one that is too long.
    this.#ws?.close(code, payloadOf(encodeCloseFrame(code, reason)).subarray(2));
    this.#go();
  }

  sever(how: Severing): void {
    if (this.#state !== 'open') return;
    if (how === 'reset') {
      this.#cut();
    } else {
      // Past `ws`, which throws at a code that nobody may send.
      if (how.code !== 0) this.#socket.write(encodeCloseFrame(how.code));
      this.#go();
    }
    this.#state = 'severed';
  }

  tellSevered(detail: string, atUs: number): void {
    if (this.#state === 'severed') this.#finish({ code: 1006, detail, refused: false, atUs });
  }

  /** On a rough link behind what was sent before. */
  #go(): void {
    const go = (): void => {
      this.#socket.destroySoon();
      this.#rough?.end();
    };
    if (this.#rough && !this.#rough.isOver) this.#rough.out.take(go);
    else go();
  }

  reset(detail: string): void {
    if (this.#state !== 'severed') this.#cut();
    this.#finish({ code: 1006, detail, refused: this.#state === 'connecting' });
  }

  #cut(): void {
    this.#rough?.end();
    if (this.#state === 'closed' || this.#tcp.pending) this.#tcp.destroy();
    else this.#tcp.resetAndDestroy();
  }

  #destroy(): void {
    this.#rough?.end();
    this.#tcp.destroy();
  }

  roughen(links: RoughLinks): RoughLink {
    if (this.#rough && !this.#rough.isOver) return this.#rough;
    this.#rough = new RoughLink(links);
    this.#layUnder(this.#rough);
    return this.#rough;
  }

  #layUnder(rough: RoughLink): void {
    layUnder(this.#socket, rough, (detail) => this.reset(detail));
  }

  #open(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.#owner.onOpen();
  }

  #message(data: Buffer, isBinary: boolean): void {
    if (this.#state !== 'open') return;
    if (isBinary) this.#owner.onBinary(data, 0, data.length);
    else this.#owner.onText(data, 0, data.length);
  }

  #error(error: Error): void {
    const breach = wsBreach(error);
    if (breach === null || this.#state !== 'open') return this.#fail(wsOutcome(error));
    const [code, what] = breach;
    this.#finish({ code, detail: `${OUTCOME.protocolError}: ${what}`, refused: false });
  }

  #closed(code: number, reason: string): void {
    if (this.#state !== 'open') return this.#fail(OUTCOME.closedEarly);
    const detail = code === 1006 ? OUTCOME.vanished : closeOutcome(code, reason);
    this.#finish({ code, detail, refused: false });
  }

  #fail(detail: string): void {
    if (this.#state === 'closed' || this.#state === 'severed') return;
    this.#destroy();
    this.#finish({ code: 1006, detail, refused: this.#state === 'connecting' });
  }

  #finish(cause: CloseCause): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#owner.onClosed(cause);
  }
}

/** The stock `ws` client, without compression. */
export const wsTransport: Transport = (endpoint, upgrade, owner, maxFrameBytes, rough) =>
  new WsConnection(endpoint, upgrade, owner, maxFrameBytes, rough);
