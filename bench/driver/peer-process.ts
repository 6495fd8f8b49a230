/** One process of clients that are not ours: `peer-process <ws|bare>`. */
import { barePeer } from './bare-peer.ts';
import { obeyOrders } from './obey-orders.ts';
import { stockPeer } from './stock-peer.ts';

const peer = process.argv[2] === 'bare' ? barePeer() : stockPeer();
let clients = 0;
let topics: readonly string[] = [];

obeyOrders({
  async open(order) {
    const url = new URL(order.url);
    topics = order.topics;
    const last = clients + order.count;
    await Promise.all(
      Array.from({ length: order.atOnce }, async () => {
        while (clients < last) {
          const index = clients++;
          await peer.open(url, order.topics, `127.3.${index % 8}.${process.pid % 250}`);
        }
      }),
    );
    return order.count;
  },
  clients: () => clients,
  trips: () =>
    Array.from({ length: clients }, (_, client) => client).flatMap((client) =>
      topics.map((topic) => () => peer.roundTrip(client, topic)),
    ),
  received: () => peer.received(),
});
