/** A server of a few lines that says what a test tells it to: the judges are judged with it. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { OPCODE } from '../../wire/frame.ts';
import { readTargetUrl, type TargetUrl } from '../../target/url.ts';
import { rawFrame } from '../raw-frame.ts';
import type { ConformanceTarget } from '../target.ts';

/** What the server does with the raw bytes of a client once it has upgraded. */
export type Script = (bytes: Buffer, socket: Duplex) => void;

/** A private key and its certificate, as PEM. */
export type Identity = { key: string; cert: string };

export class FakeServer {
  /** The query of each upgrade. */
  readonly queries: string[] = [];
  readonly #http: Server | TlsServer;
  readonly #scheme: 'ws' | 'wss';
  readonly #sockets = new Set<Socket>();

  private constructor(script: Script, hello: Buffer, identity: Identity | null) {
    this.#scheme = identity === null ? 'ws' : 'wss';
    this.#http = identity === null ? createServer() : createTlsServer(identity);
    this.#http.on('request', (_request, response) => response.writeHead(400).end());
    this.#http.on('connection', (socket) => this.#sockets.add(socket));
    this.#http.on('upgrade', (request, socket) => {
      this.queries.push(request.url?.split('?')[1] ?? '');
      const key = `${request.headers['sec-websocket-key'] ?? ''}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash('sha1').update(key).digest('base64');
      const head =
        'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`;
      socket.write(Buffer.concat([Buffer.from(head), hello]));
      socket.on('data', (bytes: Buffer) => script(bytes, socket));
      socket.on('error', () => {});
    });
  }

  /** `hello` follows the upgrade's answer in the same write; with an identity it speaks TLS. */
  static async start(
    script: Script,
    hello: Buffer = Buffer.alloc(0),
    identity: Identity | null = null,
  ): Promise<FakeServer> {
    const server = new FakeServer(script, hello, identity);
    server.#http.listen(0, '127.0.0.1');
    await once(server.#http, 'listening');
    return server;
  }

  get at(): TargetUrl {
    const address = this.#http.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return readTargetUrl(`${this.#scheme}://127.0.0.1:${port}/socket`, { allowTargets: [] });
  }

  /** Declared as an ordinary Phoenix 1.8.12 on Bandit, with nothing but the drill contract. */
  target(overrides: Partial<ConformanceTarget> = {}): ConformanceTarget {
    const declared = { profile: 'bandit' as const, version: '1.8.12', patch: 12, settings: {} };
    return { at: this.at, control: null, probe: false, stop: null, ...declared, ...overrides };
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#http.close();
  }
}

/** A server's frame: not masked. */
export function serverFrame(payload: string | Uint8Array, opcode: number = OPCODE.text): Buffer {
  return rawFrame({ opcode, payload, masked: false });
}

export function serverClose(code: number): Buffer {
  return serverFrame(Buffer.from([code >> 8, code & 0xff]), OPCODE.close);
}

/** The texts in one chunk of masked short frames. */
export function clientTexts(bytes: Buffer): string[] {
  const texts: string[] = [];
  let at = 0;
  while (at + 6 <= bytes.length) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const head = short < 126 ? 2 : 4;
    const size = short < 126 ? short : bytes.readUInt16BE(at + 2);
    const mask = bytes.subarray(at + head, at + head + 4);
    const payload = bytes.subarray(at + head + 4, at + head + 4 + size);
    texts.push(Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))).toString('utf8'));
    at += head + 4 + size;
  }
  return texts;
}

/** A script that answers each V2 message with the frames `answer` gives, as JSON. */
export function answering(answer: (message: unknown[]) => readonly unknown[]): Script {
  return (bytes, socket) => {
    for (const text of clientTexts(bytes)) {
      const frames = answer(JSON.parse(text) as unknown[]);
      for (const frame of frames) socket.write(serverFrame(JSON.stringify(frame)));
    }
  };
}
