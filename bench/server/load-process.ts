/**
 * A process of clients for the server's benchmarks. Takes orders over IPC and answers each with figures.
 * Clients do nothing by themselves, so what a server spends is spent on what was ordered.
 */
import { realClock } from '../../harness/base/clock.ts';
import { Connection } from '../../harness/wire/connection.ts';
import { encodeFrame, OPCODE } from '../../harness/wire/frame.ts';
import { upgradeRequest } from '../../harness/wire/handshake.ts';
import type { Figures, Order } from './load.ts';

const AT_ONCE = 100;

class Client {
  onFrame: ((buffer: Buffer, from: number, to: number) => void) | null = null;
  readonly connection: Connection;

  constructor(port: number, path: string, index: number, opened: () => void) {
    const request = upgradeRequest(`127.0.0.1:${port}`, path);
    const endpoint = {
      host: '127.0.0.1',
      port,
      localAddress: `127.4.${index % 8}.${process.pid % 250}`,
      tls: null,
    };
    this.connection = new Connection(endpoint, request, {
      onOpen: opened,
      onText: (buffer, from, to) => this.onFrame?.(buffer, from, to),
      onBinary: () => {},
      onClosed: ({ detail }) => fail(`client ${index}: ${detail}`),
    });
  }

  send(text: string): void {
    this.connection.send(encodeFrame(OPCODE.text, text));
  }
}

let clients: Client[] = [];

function fail(detail: string): void {
  process.stderr.write(`${detail}\n`);
  process.exit(1);
}

async function open(order: Extract<Order, { op: 'open' }>): Promise<Figures> {
  const { port, path, count, topics } = order;
  const first = clients.length;
  let next = 0;
  const one = async (index: number): Promise<void> => {
    const client = await new Promise<Client>((resolve) => {
      const made: Client = new Client(port, path, index, () => resolve(made));
    });
    for (const topic of topics) {
      await new Promise<void>((resolve) => {
        client.onFrame = () => resolve();
        client.send(JSON.stringify(['1', '1', topic, 'phx_join', {}]));
      });
    }
    client.onFrame = null;
    clients[index] = client;
  };
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) await one(first + next++);
    }),
  );
  return { count };
}

/** Resolves when that many frames have come in, over all clients. */
function receive(order: Extract<Order, { op: 'receive' }>): Promise<Figures> {
  let left = order.frames;
  return new Promise((resolve) => {
    const onFrame = (): void => {
      left -= 1;
      if (left === 0) resolve({ count: order.frames });
    };
    for (const client of clients) client.onFrame = onFrame;
    process.send?.({ listening: true });
  });
}

/** Closed loop: each client sends its next ping when the last was answered. */
function closedLoop(order: Extract<Order, { op: 'ping' }>): Promise<Figures> {
  const { topic, seconds, from, count } = order;
  const frame = JSON.stringify(['1', '9', topic, 'ping', { n: 1 }]);
  const endUs = realClock.nowUs() + seconds * 1e6;
  const pinging = clients.slice(from, from + count);
  let answered = 0;
  let running = pinging.length;
  return new Promise((resolve) => {
    for (const client of pinging) {
      client.onFrame = () => {
        answered += 1;
        if (realClock.nowUs() < endUs) return client.send(frame);
        running -= 1;
        if (running === 0) resolve({ count: answered });
      };
      client.send(frame);
    }
  });
}

/** Open loop: pings at even distances whatever comes back; latencies in milliseconds from the moment each was sent. */
function openLoop(order: Extract<Order, { op: 'steady' }>): Promise<Figures> {
  const { topic, seconds, perSecond, from, count } = order;
  const frame = JSON.stringify(['1', '9', topic, 'ping', { n: 1 }]);
  const pinging = clients.slice(from, from + count);
  const sentUs = pinging.map((): number[] => []);
  const latencies: number[] = [];
  const startUs = realClock.nowUs();
  const total = seconds * perSecond;
  let sent = 0;
  return new Promise((resolve) => {
    pinging.forEach((client, index) => {
      client.onFrame = () => {
        latencies.push((realClock.nowUs() - (sentUs[index]?.shift() ?? 0)) / 1e3);
        if (latencies.length === total) resolve({ count: total, latencies });
      };
    });
    const tick = (): void => {
      while (sent < total) {
        const due = startUs + (sent * 1e6) / perSecond;
        if (due > realClock.nowUs()) break;
        sentUs[sent % pinging.length]?.push(realClock.nowUs());
        pinging[sent % pinging.length]?.send(frame);
        sent += 1;
      }
      // A loop that spins would take one of two cores from the server.
      if (sent < total) realClock.at(realClock.nowUs() + 1_000, tick);
    };
    tick();
  });
}

/** One client sends one frame; nobody waits for an answer. */
function say({ from, frame }: Extract<Order, { op: 'say' }>): Figures {
  const client = clients[from];
  if (client !== undefined) {
    client.onFrame = null;
    client.send(frame);
  }
  return { count: 1 };
}

function close(): Figures {
  const count = clients.length;
  process.removeAllListeners('message');
  process.send?.({ count }, () => process.exit(0));
  clients = [];
  return { count };
}

async function obey(order: Order): Promise<Figures> {
  switch (order.op) {
    case 'open':
      return open(order);
    case 'receive':
      return receive(order);
    case 'ping':
      return closedLoop(order);
    case 'steady':
      return openLoop(order);
    case 'say':
      return say(order);
    case 'close':
      return close();
  }
}

process.on('message', (order: Order) => void obey(order).then((figures) => process.send?.(figures)));
