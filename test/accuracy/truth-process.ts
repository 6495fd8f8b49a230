/** The truth server as its test holds it. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { realClock, sleepMs } from '../../harness/base/clock.ts';
import type { ServerReport, TruthLog } from './truth-log.ts';

const MODULE = fileURLToPath(new URL('./truth-server.ts', import.meta.url));

export type TruthServer = {
  pid: number;
  url: string;
  /** Where the reader inside the driver's process connects to. */
  watchPort: number;
  /** Everything since the last call. */
  takeLog(): Promise<TruthLog>;
  stop(): void;
};

export async function startTruthServer(): Promise<TruthServer> {
  const child = fork(MODULE, { serialization: 'advanced' });
  const ready = await report(child, 'ready');
  return {
    pid: child.pid ?? 0,
    url: ready.url,
    watchPort: ready.watchPort,
    async takeLog() {
      const answer = report(child, 'log');
      child.send('log');
      return (await answer).log;
    },
    stop: () => child.kill('SIGKILL'),
  };
}

async function report<T extends ServerReport['type']>(
  child: ChildProcess,
  type: T,
): Promise<Extract<ServerReport, { type: T }>> {
  const [message] = (await once(child, 'message')) as [ServerReport];
  if (message.type !== type) throw new Error(`${message.type} instead of ${type}`);
  return message as Extract<ServerReport, { type: T }>;
}

/** Stops a process for a while, as a freeze of its machine would. */
export async function freeze(pid: number, ms: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await sleepMs(realClock, ms);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
