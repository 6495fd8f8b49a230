/**
 * Entry of a worker process: `worker-process <socket path> <worker>`. It takes
 * its orders from the conductor's socket and dies with it, so that a conductor
 * that was killed leaves nobody behind.
 */
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { realClock } from '../base/clock.ts';
import { FiredrillError } from '../base/errors.ts';
import { loadScenario } from '../scenario/load.ts';
import type { Answer, Order } from './orders.ts';
import { Pipe } from './pipe.ts';
import { bareTransport } from '../wire/connection.ts';
import type { Transport } from '../wire/transport.ts';
import { Worker } from './worker.ts';
import { describeThrown } from './worker-runtime.ts';

const [path, number] = process.argv.slice(2);
if (path === undefined || number === undefined) throw new Error('worker-process <socket path> <worker>');

// The conductor decides what a signal means; a terminal sends it to the whole group.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});

let worker: Worker | null = null;
const socket = connect(path);
const pipe = new Pipe(socket, {
  onMessage: (message) => {
    const order = message as Order;
    if (order.type !== 'plan') return worker?.obey(order);
    const { plan } = order;
    Promise.all([loadScenario(plan.scenarioFile, plan.variant), transportOf(plan.transport)]).then(
      ([{ scenario }, transport]) => {
        worker = new Worker(realClock, pipe, plan, scenario, transport);
        answer({ type: 'ready' });
      },
      (error: unknown) => {
        const problems = error instanceof FiredrillError ? error.problems : undefined;
        answer({ type: 'threw', client: null, problems, ...describeThrown(error) });
      },
    );
  },
  onWindow: () => {},
  onEnd: () => {
    // The conductor is gone, however it went: nothing of it stays on disk either.
    rmSync(dirname(path), { recursive: true, force: true });
    process.exit(worker ? 0 : 1);
  },
});
answer({ type: 'hello', worker: Number(number), pid: process.pid });

/** The stock client is read only where it is asked for. */
async function transportOf(name: 'bare' | 'ws'): Promise<Transport> {
  return name === 'ws' ? (await import('../wire/ws-transport.ts')).wsTransport : bareTransport;
}

function answer(message: Answer): void {
  pipe.send(message);
}
