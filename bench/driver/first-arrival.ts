/** From the command being typed to the first client's open connection, with one worker and a server that is up. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { realClock } from '../../harness/base/clock.ts';
import { median, type Row } from '../table.ts';
import { note } from './target.ts';

const RUNS = 7;
const BIN = fileURLToPath(new URL('../../bin/firedrill.js', import.meta.url));
const SCENARIO = fileURLToPath(new URL('./idle.scenario.ts', import.meta.url));

/**
 * Milliseconds until the second connection: the first is the look whether the target is there.
 * A run to its end leaves behind what it has compiled; one that is killed at its first arrival does not.
 */
async function measure(until: 'its end' | 'its first arrival'): Promise<number> {
  const second = Promise.withResolvers<number>();
  let requests = 0;
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => {
    if (++requests === 2) second.resolve(realClock.nowUs());
    // What the look before a run asks for is a heartbeat's answer.
    socket.on('message', (data: Buffer) => {
      const [join, ref, topic] = JSON.parse(data.toString()) as [string | null, string, string];
      socket.send(JSON.stringify([join, ref, topic, 'phx_reply', { status: 'ok', response: {} }]));
    });
  });
  await once(server, 'listening');
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-bench-'));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/socket`;
  const flags = [
    'run',
    SCENARIO,
    '--target',
    url,
    '--clients',
    '1',
    '--workers',
    '1',
    '--duration',
    '2s',
    '--ramp',
    '0s',
  ];
  const typedUs = realClock.nowUs();
  const child = spawn(process.execPath, [BIN, ...flags, '--out', join(folder, 'run'), '--quiet'], {
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  void exited.then(() => second.reject(new Error('the run ended before its first arrival')));
  const ms = ((await second.promise) - typedUs) / 1e3;
  if (until === 'its first arrival') child.kill('SIGKILL');
  await exited;
  server.close();
  rmSync(folder, { recursive: true, force: true });
  return ms;
}

export async function firstArrivalRows(): Promise<Row[]> {
  // As whoever types it the second time: half of the first start goes into compiling.
  await measure('its end');
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) times.push(await measure('its first arrival'));
  note(times.map((ms) => ms.toFixed(0)).join(', '));
  return [
    {
      what: 'command typed → first arrival, one worker',
      ours: `${median(times).toFixed(0)} ms`,
      beside: `${RUNS} runs, ${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms`,
      figure: median(times) / 1e3,
      limit: 0.6,
      unit: ' s',
    },
  ];
}
