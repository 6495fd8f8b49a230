/**
 * The least a server can do, for comparison: `fan` writes one prepared frame to every socket when told to,
 * `echo` is the stock `ws` server that parses the array and answers what Phoenix would.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { textFrame } from '../../server-under-test/phoenix/frames.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const server = createServer({ noDelay: true });

function fan(): void {
  const sockets: Duplex[] = [];
  server.on('upgrade', (request, socket) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${GUID}`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on('data', () => {});
    socket.on('error', () => {});
    sockets.push(socket);
  });
  process.on('message', (text: string) => {
    const frame = textFrame(text);
    for (const socket of sockets) socket.write(frame);
  });
}

function echo(): void {
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const [joinRef, ref, topic, event, payload] = JSON.parse(data.toString()) as unknown[];
      const response = event === 'phx_join' ? {} : payload;
      socket.send(JSON.stringify([joinRef, ref, topic, 'phx_reply', { status: 'ok', response }]));
    });
  });
}

if (process.argv[2] === 'fan') fan();
else echo();
server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
