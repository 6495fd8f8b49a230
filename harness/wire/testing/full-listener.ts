/** A listener that accepts nobody: its thread sleeps, its backlog is full at once, further SYNs go unanswered. */
import { Worker } from 'node:worker_threads';

const CODE = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  setImmediate(() => {
    Atomics.wait(workerData, 0, 0);
    process.exit(0);
  });
});`;

export async function fullListener(): Promise<{ port: number; stop(): Promise<void> }> {
  const bell = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(CODE, { eval: true, workerData: bell });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    Atomics.store(bell, 0, 1);
    Atomics.notify(bell, 0);
    await gone;
  };
  return { port, stop };
}
