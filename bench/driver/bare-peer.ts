/**
 * The least a client in Node can be: a socket, a canned upgrade nobody verifies,
 * one frame, and bytes that are counted and thrown away. Nothing is timed, nothing is remembered.
 */
import { connect, type Socket } from 'node:net';
import type { Peer } from './order.ts';

const KEY = Buffer.from('the-least-client').toString('base64');
const SHARED = Buffer.allocUnsafeSlow(65_536);

/** A masked text frame with a key of zero. */
function frame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  if (length > 125) throw new Error('a short frame is enough here');
  const bytes = Buffer.alloc(6 + length);
  bytes[0] = 0x81;
  bytes[1] = 0x80 | length;
  bytes.write(text, 6);
  return bytes;
}

/** How many server frames of at most 65,535 bytes end in the bytes; pieces of frames are not expected. */
function countFrames(to: number): number {
  let frames = 0;
  for (let at = 0; at + 2 <= to; frames += 1) {
    const short = SHARED[at + 1] ?? 0;
    at += short < 126 ? 2 + short : 4 + SHARED.readUInt16BE(at + 2);
  }
  return frames;
}

export function barePeer(): Peer {
  const sockets: { socket: Socket; answered: (() => void) | null; ping: Buffer }[] = [];
  let received = 0;
  return {
    open(url, [topic = ''], source) {
      const request = Buffer.from(
        `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
      );
      const join = frame(JSON.stringify(['1', '1', topic, 'phx_join', {}]));
      const ping = frame(JSON.stringify(['1', '2', topic, 'ping', { n: 1 }]));
      return new Promise((resolve, reject) => {
        let upgraded = false;
        const socket = connect({
          host: url.hostname,
          port: Number(url.port),
          localAddress: source,
          noDelay: true,
          onread: {
            buffer: SHARED,
            callback(bytes) {
              if (!upgraded) {
                upgraded = true;
                socket.write(join);
                return true;
              }
              const answered = client.answered;
              if (answered) {
                client.answered = null;
                answered();
              } else received += countFrames(bytes);
              return true;
            },
          },
        });
        const client = { socket, answered: resolve as (() => void) | null, ping };
        sockets.push(client);
        socket.on('connect', () => socket.write(request));
        socket.on('error', reject);
      });
    },
    roundTrip(index) {
      const client = sockets[index];
      if (!client) throw new Error(`no client ${index}`);
      return new Promise((resolve) => {
        client.answered = resolve;
        client.socket.write(client.ping);
      });
    },
    received: () => received,
  };
}
