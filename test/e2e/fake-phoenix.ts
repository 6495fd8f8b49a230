/** A stranger's server, as small as can be: joins, heartbeats and replies over the stock `ws` server. */
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export type Frame = { joinRef: unknown; ref: unknown; topic: string; event: string; payload: unknown };

export type Habits = {
  /** The status an upgrade is refused with, or null to accept it. */
  refuse?(request: IncomingMessage, url: URL): number | null;
  /** The subprotocol chosen of those offered. */
  protocol?: string;
  /** Called for every frame that is no join, leave or heartbeat; those are answered `ok`. */
  onFrame?(frame: Frame, peer: FakePeer): void;
  onJoin?(frame: Frame, peer: FakePeer): void;
};

/** One connection, in the version of the wire it asked for. */
export class FakePeer {
  readonly #socket: WebSocket;
  readonly #isV1: boolean;

  constructor(socket: WebSocket, isV1: boolean) {
    this.#socket = socket;
    this.#isV1 = isV1;
  }

  send({ joinRef, ref, topic, event, payload }: Frame): void {
    const message = this.#isV1 ? { topic, event, payload, ref } : [joinRef, ref, topic, event, payload];
    this.#socket.send(JSON.stringify(message));
  }

  reply({ joinRef, ref, topic }: Frame, response: unknown = {}, status = 'ok'): void {
    this.send({ joinRef, ref, topic, event: 'phx_reply', payload: { status, response } });
  }

  push(topic: string, event: string, payload: unknown): void {
    this.send({ joinRef: null, ref: null, topic, event, payload });
  }

  /** The frame of a text, of which a broken one is an error of the client under test. */
  read(text: string): Frame {
    const message = JSON.parse(text) as unknown;
    if (!this.#isV1) {
      const [joinRef, ref, topic, event, payload] = message as [unknown, unknown, string, string, unknown];
      return { joinRef, ref, topic, event, payload };
    }
    const { topic, event, payload, ref, join_ref: joinRef } = message as Record<string, unknown>;
    return { joinRef, ref, topic: String(topic), event: String(event), payload };
  }
}

export class FakePhoenix {
  /** Every upgrade that was asked for, the refused ones too. */
  readonly requests: IncomingMessage[] = [];
  readonly frames: Frame[] = [];
  readonly peers = new Set<FakePeer>();
  readonly #http: Server;

  private constructor(http: Server) {
    this.#http = http;
  }

  static async listen(path: string, habits: Habits): Promise<FakePhoenix> {
    const http = createServer();
    const fake = new FakePhoenix(http);
    const ws = new WebSocketServer({ noServer: true, handleProtocols: () => habits.protocol ?? false });
    http.on('upgrade', (request, socket, head) => {
      fake.requests.push(request);
      const url = new URL(request.url ?? '', 'ws://fake');
      const refused = url.pathname === path ? (habits.refuse?.(request, url) ?? null) : 404;
      if (refused !== null) {
        return void socket.end(`HTTP/1.1 ${refused} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      }
      ws.handleUpgrade(request, socket, head, (opened) =>
        fake.#accept(opened, url.searchParams.get('vsn') !== '2.0.0', habits),
      );
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  #accept(socket: WebSocket, isV1: boolean, habits: Habits): void {
    const peer = new FakePeer(socket, isV1);
    this.peers.add(peer);
    socket.on('error', () => {});
    socket.on('close', () => this.peers.delete(peer));
    socket.on('message', (data: Buffer) => {
      const frame = peer.read(data.toString());
      if (frame.event !== 'heartbeat') this.frames.push(frame);
      if (frame.event === 'phx_join') {
        if (habits.onJoin) return habits.onJoin(frame, peer);
      } else if (frame.event !== 'phx_leave' && frame.event !== 'heartbeat') {
        return habits.onFrame ? habits.onFrame(frame, peer) : peer.reply(frame);
      }
      peer.reply(frame);
    });
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}
