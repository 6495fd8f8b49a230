/**
 * A server that does everything wrong, from a seed: it refuses, resets, closes
 * with every code, crashes channels, answers twice, late, to nobody, or never,
 * and breaks every layer of the protocol. A process of its own: `<seed>`.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { realClock } from '../../harness/base/clock.ts';
import { Random } from '../../harness/base/random.ts';
import { acceptUpgrade, encode, Peer, type Message } from './peer.ts';

/** What the server knows to have done, for the test to hold beside the driver's books. */
export type HostileReport = {
  type: 'report';
  upgrades: number;
  joins: number;
  pushes: number;
  /** First answers with status ok to pushes, in time or not. */
  ok: number;
  /** How often each trick was played. */
  tricks: Record<string, number>;
};

/** Upgrades that are left alone: the look at the target before the run, and a first few clients. */
const CIVIL = 4;
const CLOSE_CODES = [
  1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 3000, 4000, 4999,
  0, 999, 65_535,
];
const STRANGE_REFS: unknown[] = [
  null,
  '',
  '-1',
  '0',
  '1e3',
  'abc',
  '__proto__',
  'constructor',
  '999999999',
  7,
  {},
  [],
];
const STRANGE_FRAMES: Buffer[] = [
  encode(1, Buffer.from('no json')),
  encode(1, Buffer.from('[]')),
  encode(1, Buffer.from('[null,null,"room:0","shout"]')),
  encode(1, Buffer.from('{"topic":"room:0"}')),
  encode(1, Buffer.from('null')),
  encode(1, Buffer.from([0xff, 0xfe, 0x80])),
  encode(1, Buffer.alloc(0)),
  encode(2, Buffer.alloc(0)),
  encode(2, Buffer.from([1, 200, 200, 200, 200, 1, 2, 3])),
  encode(9, Buffer.from('ping')),
  encode(10, Buffer.from('pong nobody asked for')),
  encode(0, Buffer.from('a continuation of nothing')),
  encode(3, Buffer.from('an opcode without a meaning')),
  Buffer.from([0xf1, 0x01, 0x41]),
  Buffer.from([0x81, 0x81, 1, 2, 3, 4, 0x41]),
  Buffer.from([0x81, 0x7e, 0x00, 0x05, 0x68]),
  Buffer.from([0x81, 0x7f, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
];
const REFUSALS = [
  'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n',
  'HTTP/1.1 101 Switching Proto',
  'SSH-2.0-OpenSSH_9.6\r\n',
  '\u0000\u0001\u0002',
  '',
];

const random = new Random(Number(process.argv[2]));
const report: HostileReport = { type: 'report', upgrades: 0, joins: 0, pushes: 0, ok: 0, tricks: {} };
const members = new Set<Peer>();

type Trick = { weight: number; play: () => void };

/** Plays one of the tricks, each as often as its weight says. */
function playOne(tricks: Readonly<Record<string, Trick>>): void {
  const total = Object.values(tricks).reduce((sum, { weight }) => sum + weight, 0);
  let draw = random.next() * total;
  for (const [name, { weight, play }] of Object.entries(tricks)) {
    draw -= weight;
    if (draw >= 0) continue;
    report.tricks[name] = (report.tricks[name] ?? 0) + 1;
    return play();
  }
}

function pick<T>(list: readonly T[]): T {
  return list[random.integer(list.length)] as T;
}

function later(ms: number, run: () => void): void {
  realClock.at(realClock.nowUs() + ms * 1e3, run);
}

function onUpgrade(request: IncomingMessage, socket: Socket): void {
  socket.on('error', () => {});
  report.upgrades += 1;
  const accept = (): void => {
    acceptUpgrade(request, socket);
    const peer = new Peer(report.upgrades, socket, { onMessage, onGone: (gone) => members.delete(gone) });
    members.add(peer);
    peer.listen();
  };
  if (report.upgrades <= CIVIL) return accept();
  playOne({
    'accepts an upgrade': { weight: 80, play: accept },
    'accepts an upgrade late': { weight: 5, play: () => later(random.integer(1_500), accept) },
    'refuses an upgrade': { weight: 6, play: () => socket.end(pick(REFUSALS)) },
    'resets an upgrade': { weight: 4, play: () => socket.resetAndDestroy() },
    'never answers an upgrade': { weight: 2, play: () => {} },
    'breaks a frame behind the upgrade': {
      weight: 3,
      play: () => {
        accept();
        socket.write(pick(STRANGE_FRAMES));
      },
    },
  });
}

/** Ways to end a connection, or what runs over it. */
function endings(peer: Peer, joinRef: unknown, topic: string): Record<string, Trick> {
  const tell = (event: string): void => peer.tell([joinRef, joinRef, topic, event, {}]);
  return {
    'closes with a code': { weight: 1.5, play: () => peer.close(pick(CLOSE_CODES)) },
    'ends without a word': { weight: 0.5, play: () => peer.socket.end() },
    resets: { weight: 1, play: () => peer.socket.resetAndDestroy() },
    'crashes a channel': { weight: 3, play: () => tell('phx_error') },
    'closes a channel': { weight: 0.5, play: () => tell('phx_close') },
    'crashes every channel of a peer': {
      weight: 0.5,
      play: () => {
        for (const name of ['room:0', 'room:1', 'room:2', topic])
          peer.tell([null, null, name, 'phx_error', {}]);
      },
    },
    'breaks a frame': { weight: 1, play: () => peer.write(pick(STRANGE_FRAMES)) },
    'goes silent': { weight: 0.3, play: () => peer.silence() },
  };
}

function onMessage(peer: Peer, [joinRef, ref, topic, event, payload]: Message): void {
  const reply = (status: unknown, to: unknown = ref, of: unknown = joinRef): void =>
    peer.tell([of, to, topic, 'phx_reply', { status, response: { reason: 'a drill' } }]);
  if (event === 'heartbeat') {
    return playOne({
      'answers a heartbeat': { weight: 90, play: () => reply('ok') },
      'never answers a heartbeat': { weight: 4, play: () => {} },
      'answers a heartbeat twice': { weight: 6, play: () => [reply('ok'), reply('ok')] },
    });
  }
  if (event === 'phx_leave') return reply('ok');
  if (event === 'phx_join') {
    report.joins += 1;
    return playOne({
      'accepts a join': { weight: 85, play: () => reply('ok') },
      'accepts a join twice': { weight: 4, play: () => [reply('ok'), reply('ok')] },
      'accepts and refuses a join': { weight: 2, play: () => [reply('ok'), reply('error')] },
      'refuses a join': { weight: 4, play: () => reply('error') },
      'accepts a join late': { weight: 3, play: () => later(500 + random.integer(1_500), () => reply('ok')) },
      'never answers a join': { weight: 2, play: () => {} },
      'crashes a channel as it joins': {
        weight: 2,
        play: () => [reply('ok'), peer.tell([joinRef, joinRef, topic, 'phx_error', {}])],
      },
    });
  }
  report.pushes += 1;
  const ok = (): void => {
    report.ok += 1;
    reply('ok');
  };
  const number = Number(ref);
  playOne({
    'answers a push': { weight: 60, play: ok },
    'answers a push with an error': { weight: 6, play: () => reply('error') },
    'never answers a push': { weight: 3, play: () => {} },
    'answers a push twice': { weight: 6, play: () => [ok(), reply('ok')] },
    'answers a push ok and error': { weight: 2, play: () => [ok(), reply('error')] },
    'answers a push late': { weight: 4, play: () => later(200 + random.integer(2_500), ok) },
    'answers strange refs': { weight: 3, play: () => [reply('ok', pick(STRANGE_REFS)), ok()] },
    'answers refs of others': {
      weight: 3,
      play: () => [
        reply('ok', String(number + 2)),
        reply('error', String(number - 2)),
        reply('ok', String(number + 1)),
        ok(),
      ],
    },
    'answers for another join': {
      weight: 2,
      play: () => [reply('ok', ref, String(number + 2)), later(50, ok)],
    },
    'answers with a strange status': { weight: 1, play: () => reply(pick(['maybe', null, 7, '__proto__'])) },
    'answers without a payload': {
      weight: 0.5,
      play: () => peer.tell([joinRef, ref, topic, 'phx_reply', null]),
    },
    ...endings(peer, joinRef, topic),
  });
  if (event === 'shout') broadcast(topic, event, payload);
}

/** Most members hear it once; some twice, late or never. */
function broadcast(topic: string, event: string, payload: unknown): void {
  const frame = Peer.frame([null, null, topic, event, payload]);
  for (const peer of members) {
    playOne({
      'delivers once': { weight: 85, play: () => peer.write(frame) },
      'delivers twice': { weight: 5, play: () => [peer.write(frame), peer.write(frame)] },
      'delivers late': { weight: 5, play: () => later(random.integer(1_000), () => peer.write(frame)) },
      'never delivers': { weight: 5, play: () => {} },
    });
  }
}

const server = createServer((_, response) => response.writeHead(404).end());
server.on('upgrade', (request, socket) => onUpgrade(request, socket as Socket));
process.on('disconnect', () => process.exit(0));
process.on('message', () => process.send?.(report));
server.listen(0, '127.0.0.1', 1_024, () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ type: 'ready', url: `ws://127.0.0.1:${port}/socket` });
});
