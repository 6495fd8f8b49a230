/**
 * A client as most load tools have it, in a process of its own over a bare
 * socket: it asks every 10 ms, but waits for each answer before it asks again.
 * It shows what such a client makes of a freeze, and how late any process of
 * this machine reads what was written: the noise the driver cannot help.
 */
import { connect } from 'node:net';
import { realClock } from '../../harness/base/clock.ts';

export type BystanderReport = {
  /** Asked to answered, ms. */
  serviceMs: number[];
  /** Written by the server to read by us, ms. */
  lateMs: number[];
};

const EVERY_US = 10_000;
const [port = '0', path = '/'] = process.argv.slice(2);
const report: BystanderReport = { serviceMs: [], lateMs: [] };
let askedUs = 0;
let text = '';

const socket = connect(Number(port), '127.0.0.1').setNoDelay(true);
socket.write(
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: YnlzdGFuZGVyLTAxMjM0NQ==\r\n\r\n',
);
socket.on('data', (chunk: Buffer) => {
  const nowUs = realClock.nowUs();
  text += chunk.toString('latin1');
  if (text.startsWith('HTTP/1.1 101')) {
    if (!text.endsWith('\r\n\r\n')) return;
    text = '';
    return ask();
  }
  const writtenUs = /"writtenUs":([\d.]+)\}/.exec(text)?.[1];
  if (writtenUs === undefined) return;
  text = '';
  report.serviceMs.push((nowUs - askedUs) / 1e3);
  report.lateMs.push((nowUs - Number(writtenUs)) / 1e3);
  realClock.at(Math.max(nowUs, askedUs + EVERY_US), ask);
});

function ask(): void {
  const payload = Buffer.from(JSON.stringify(['1', '2', 'bystander:0', 'ask', { c: 0, k: 0 }]));
  const head = Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]);
  askedUs = realClock.nowUs();
  socket.write(Buffer.concat([head, payload]));
}

process.on('message', () => {
  process.send?.(report, () => process.exit(0));
});
