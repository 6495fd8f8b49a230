/**
 * A server whose latencies are known: it answers pushes by the delay model that
 * the topic names (`uniform:7`), and writes down when it read each push and
 * when it wrote each answer. A process of its own; its parent asks for the log.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { realClock } from '../../harness/base/clock.ts';
import { drawFor } from '../../harness/base/random.ts';
import { Peer, servePeers, type Message } from './peer.ts';
import type { CopyRow, PushRow, ServerReport, TruthLog } from './truth-log.ts';

type Asked = { c: number; k: number };
type Stamped = Asked & { fd: [number, number, number] };

/** Delay of an answer in ms, by model; the draw is the push's own. */
const DELAYS: Readonly<Record<string, (draw: number) => number>> = {
  prompt: () => 0,
  fanout: () => 0,
  constant: () => 5,
  uniform: (draw) => 1 + 49 * draw,
  bimodal: (draw) => (draw < 0.05 ? 200 : 2),
};

/** The serial model: one push after the other, and one in twenty takes 50 ms. */
const SERIAL = { share: 0.05, ms: 50 };
/** The topic of the process that only looks how late this machine is. */
const BYSTANDER = 'bystander:0';
/** Receivers of a broadcast get their copy one after the other, this far apart. */
const COPY_GAP_MS = 0.5;

let log: TruthLog = { pushes: [], copies: [], joins: 0, stamps: [] };
/** Rows in the order in which they were written, for the reader inside the driver. */
let written: (PushRow | CopyRow)[] = [];
let watcher: Socket | null = null;
const members = new Map<string, Set<Peer>>();
let serialFreeUs = 0;

/** Now, or on the clock: nothing is written before its time. */
function after(ms: number, run: () => void): void {
  if (ms <= 0) run();
  else realClock.at(realClock.nowUs() + ms * 1e3, run);
}

function onMessage(peer: Peer, message: Message): void {
  const readUs = realClock.nowUs();
  const [joinRef, ref, topic, event, payload] = message;
  const reply = (): Buffer => Peer.frame([joinRef, ref, topic, 'phx_reply', { status: 'ok', response: {} }]);
  if (event === 'heartbeat' || event === 'phx_leave') return peer.write(reply());
  if (event === 'phx_join') {
    log.joins += 1;
    membersOf(topic).add(peer);
    return peer.write(reply());
  }
  const asked = payload as Asked;
  const row: PushRow = { topic, client: asked.c, sequence: asked.k, readUs, writtenUs: 0, seenUs: 0 };
  const answer = (): void => {
    const head = JSON.stringify([joinRef, ref, topic, 'phx_reply']).slice(0, -1);
    row.writtenUs = realClock.nowUs();
    // Whoever asks is told when; what the driver does not read it cannot copy.
    const response = topic === BYSTANDER ? `{"writtenUs":${row.writtenUs}}` : '{}';
    peer.write(Peer.textFrame(`${head},{"status":"ok","response":${response}}]`));
    if (topic !== BYSTANDER) tellWatcher(row);
  };
  if (topic === BYSTANDER) return answer();
  log.pushes.push(row);
  if ('fd' in asked) broadcast(topic, event, payload as Stamped);
  const model = topic.slice(0, topic.indexOf(':'));
  const draw = drawFor(asked.k + 1, asked.c);
  if (model === 'serial') return answerInTurn(readUs, draw < SERIAL.share ? SERIAL.ms : 0, answer);
  after((DELAYS[model] ?? (() => 0))(draw), answer);
}

/** One worker that serves a queue: a push waits for those before it. */
function answerInTurn(readUs: number, serviceMs: number, answer: () => void): void {
  serialFreeUs = Math.max(serialFreeUs, readUs) + serviceMs * 1e3;
  if (serialFreeUs <= readUs) answer();
  else realClock.at(serialFreeUs, answer);
}

function broadcast(topic: string, event: string, payload: Stamped): void {
  const [publisher, , dueUs] = payload.fd;
  if (event === 'stamp') log.stamps.push({ client: publisher, dueUs });
  const frame = Peer.frame([null, null, topic, event, payload]);
  let place = 0;
  for (const receiver of membersOf(topic)) {
    after(place++ * COPY_GAP_MS, () => {
      const row: CopyRow = {
        topic,
        publisher,
        count: payload.k,
        isStamp: event === 'stamp',
        receiver: receiver.index,
        writtenUs: 0,
        seenUs: 0,
      };
      log.copies.push(row);
      row.writtenUs = realClock.nowUs();
      receiver.write(frame);
      tellWatcher(row);
    });
  }
}

/** Beside every answer one number goes to a second socket of the driver's process, which notes when it could be read. */
function tellWatcher(row: PushRow | CopyRow): void {
  if (!watcher) return;
  const place = Buffer.allocUnsafe(4);
  place.writeUInt32LE(written.push(row) - 1);
  watcher.write(place);
}

/** What the watcher sends back: pairs of a number and the µs at which it was seen. */
function serveWatcher(): Promise<number> {
  const server = createServer((socket) => {
    let rest: Buffer = Buffer.alloc(0);
    watcher = socket.setNoDelay(true).on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      const bytes = Buffer.concat([rest, chunk]);
      let at = 0;
      for (; bytes.length - at >= 16; at += 16) {
        const row = written[bytes.readDoubleLE(at)];
        if (row) row.seenUs = bytes.readDoubleLE(at + 8);
      }
      rest = bytes.subarray(at);
    });
    socket.on('close', () => (watcher = null));
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

function membersOf(topic: string): Set<Peer> {
  const known = members.get(topic) ?? new Set<Peer>();
  members.set(topic, known);
  return known;
}

function tell(report: ServerReport): void {
  process.send?.(report);
}

process.on('disconnect', () => process.exit(0));
process.on('message', () => {
  tell({ type: 'log', log });
  log = { pushes: [], copies: [], joins: 0, stamps: [] };
  written = [];
  serialFreeUs = 0;
});

const url = await servePeers({
  onMessage,
  onGone: (peer) => {
    for (const [topic, peers] of members) if (peers.delete(peer) && peers.size === 0) members.delete(topic);
  },
});
tell({ type: 'ready', url, watchPort: await serveWatcher() });
