/** The scenario files of the suite, as text: each knows only the public API. */

/** When the stamp falls due that tells the plan's beginning; pushes begin a little later. */
export const STAMP_MS = 1_000;
const RAMP_MS = 300;
const BEGIN_MS = 1_500;

/**
 * A second socket in the driver's process, read by nothing of the driver's. Right after each answer the
 * server sends it a number. The event loop reads every socket once a turn, so when the next turn's reading
 * is over the driver must have read the answer too: that is the latest moment it may have stamped it with.
 */
const WATCHER = `
import { connect } from 'node:net';
function watch(port) {
  const now = () => { const [s, n] = process.hrtime(); return s * 1e6 + n / 1e3; };
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const places = [];
    let at = 0;
    for (; bytes.length - at >= 4; at += 4) places.push(bytes.readUInt32LE(at));
    rest = bytes.subarray(at);
    setImmediate(() => setImmediate(() => {
      const nowUs = now();
      if (socket.writable) socket.write(Buffer.from(Float64Array.from(places.flatMap((at) => [at, nowUs])).buffer));
    }));
  });
  socket.on('error', () => {});
}
`;

export type Pushing = { model: string; clients: number; intervalMs: number; seconds: number };

/** Clients that push at fixed due times, each with its own count; one of them stamps the beginning. */
export const pushing = ({ model, clients, intervalMs, seconds }: Pushing): string => `${WATCHER}
import { scenario } from 'firedrill';
export default scenario({
  about: 'pushes whose due times are known',
  load: { clients: ${clients}, ramp: '${RAMP_MS}ms', hold: '${seconds * 1_000 - RAMP_MS}ms' },
  async client(user) {
    const channel = await user.join('${model}:' + user.index);
    if (user.index === 0) {
      watch(Number(user.env.WATCH));
      const stamp = () => channel.publish('stamp', { c: -1, k: 0 });
      void user.every('10m', stamp, { phase: '${STAMP_MS}ms' });
    }
    await user.sleep('${BEGIN_MS - RAMP_MS}ms');
    let k = 0;
    const phase = user.index * ${intervalMs / clients} + 'ms';
    await user.every('${intervalMs}ms', () => channel.push('ask', { c: user.index, k: k++ }), { phase });
  },
});
`;

export type Publishing = { clients: number; publishers: number; intervalMs: number; seconds: number };

/** One topic for all; the first clients publish at fixed due times. */
export const publishing = ({ clients, publishers, intervalMs, seconds }: Publishing): string => `${WATCHER}
import { scenario } from 'firedrill';
export default scenario({
  about: 'broadcasts whose due times are known',
  load: { clients: ${clients}, ramp: '${RAMP_MS}ms', hold: '${seconds * 1_000 - RAMP_MS}ms' },
  async client(user) {
    const channel = await user.join('fanout:all');
    if (user.index === 0) {
      watch(Number(user.env.WATCH));
      const stamp = () => channel.publish('stamp', { c: -1, k: 0 });
      void user.every('10m', stamp, { phase: '${STAMP_MS}ms' });
    }
    if (user.index >= ${publishers}) return;
    await user.sleep('${BEGIN_MS - RAMP_MS}ms');
    let k = 0;
    const phase = user.index * ${intervalMs / publishers} + 'ms';
    await user.every('${intervalMs}ms', () => channel.publish('shout', { c: user.index, k: k++ }), { phase });
  },
});
`;
