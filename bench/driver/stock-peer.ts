/** The stock `ws` client as its users write it: JSON.parse, a map of replies, one histogram, heartbeats on a timer. */
import { build } from 'hdr-histogram-js';
import { WebSocket } from 'ws';
import { realClock } from '../../harness/base/clock.ts';
import type { Peer } from './order.ts';

type Stock = { socket: WebSocket; ref: number; replies: Map<string, () => void> };

export function stockPeer(): Peer {
  const clients: Stock[] = [];
  const latencies = build();
  let received = 0;

  function hear(client: Stock, data: Buffer): void {
    const [, ref, , event] = JSON.parse(data.toString()) as [unknown, string | null, string, string];
    if (event === 'phx_reply' && ref !== null) {
      client.replies.get(ref)?.();
      client.replies.delete(ref);
    } else {
      received += 1;
    }
  }

  return {
    open(url, topics, source) {
      const socket = new WebSocket(url, { localAddress: source, perMessageDeflate: false });
      const client: Stock = { socket, ref: 0, replies: new Map() };
      clients.push(client);
      return new Promise((resolve, reject) => {
        socket.on('error', reject);
        socket.on('open', () => {
          let waiting = topics.length;
          for (const topic of topics) {
            const ref = String(++client.ref);
            client.replies.set(ref, () => --waiting === 0 && resolve());
            // Every topic is joined under the same reference: one number less to remember.
            socket.send(JSON.stringify(['1', ref, topic, 'phx_join', {}]));
          }
          setInterval(
            () => socket.send(JSON.stringify([null, String(++client.ref), 'phoenix', 'heartbeat', {}])),
            30_000,
          );
        });
        socket.on('message', (data: Buffer) => hear(client, data));
      });
    },
    roundTrip(index, topic) {
      const client = clients[index];
      if (!client) throw new Error(`no client ${index}`);
      const ref = String(++client.ref);
      const sentUs = realClock.nowUs();
      return new Promise((resolve) => {
        client.replies.set(ref, () => {
          latencies.recordValue(Math.round(realClock.nowUs() - sentUs));
          resolve();
        });
        client.socket.send(JSON.stringify(['1', ref, topic, 'ping', { n: client.ref }]));
      });
    },
    received: () => received,
  };
}
