import type { Process } from '../otp/process.ts';
import { Supervisor, type Strategy } from '../otp/supervisor.ts';
import { beat } from './beat.ts';
import type { FaultKind } from './fault.ts';
import { isHitNode } from './node-choice.ts';
import { numberIn, textIn } from './order-params.ts';
import { SERVER, serverName } from './server-choice.ts';

const EVERY_MS = 1_000;
// Any faster, and the supervisors above would give up one after the other until the node is over: nobody could lift that.
const LEAST_EVERY_MS = 500;
const STRATEGIES: readonly Strategy[] = ['one_for_one', 'rest_for_one'];

/** The supervisors above a process, nearest first. */
function* above(process: Process): Generator<Supervisor> {
  for (let next = process.supervisor; next instanceof Supervisor; next = next.supervisor) yield next;
}

/** A strategy imposed on whoever stands above a worker, as long as they live. */
class Imposed {
  private readonly strategy: Strategy | undefined;
  private readonly undo = new Map<Supervisor, () => void>();

  constructor(strategy: Strategy | undefined) {
    this.strategy = strategy;
  }

  on(supervisors: Iterable<Supervisor>): void {
    for (const supervisor of this.undo.keys()) if (!supervisor.alive) this.undo.delete(supervisor);
    if (this.strategy === undefined) return;
    for (const supervisor of supervisors) {
      if (!this.undo.has(supervisor)) this.undo.set(supervisor, supervisor.impose(this.strategy));
    }
  }

  lift(): void {
    for (const undo of this.undo.values()) undo();
  }
}

/**
 * A permanent worker crashes over and over (phoenix-semantics 3.7, case 74).
 *
 * Up to 3 times in 5 s it is restarted. Beyond, its supervisor gives up and is restarted by its own: with `rest_for_one` all
 * that started after it goes too, down to every channel and connection. It counts the workers that it killed.
 */
export const workerCrashLoop: FaultKind = {
  kind: 'worker_crash_loop',
  about: 'the server of that name is killed each every_ms, on one node',
  params: {
    every_ms: { type: 'ms', required: false, min: LEAST_EVERY_MS },
    strategy: { type: 'choice', required: false, of: STRATEGIES },
    server: SERVER,
  },
  hits: 'processes',

  inject(order, target) {
    const { runtime } = target;
    const name = serverName(order, runtime);
    const strategy = textIn(order, 'strategy', '');
    const imposed = new Imposed(STRATEGIES.find((known) => known === strategy));
    let killed = 0;
    const crash = (): void => {
      // Asked anew each time: a node that has just started does not know yet that there are others.
      const worker = isHitNode(target, order.seed) ? runtime.whereIs(name) : null;
      if (worker === null) return;
      imposed.on(above(worker));
      worker.signal('kill', null);
      killed += 1;
    };
    crash();
    const stop = beat(runtime.clock, numberIn(order, 'every_ms', EVERY_MS), crash);
    return {
      lift() {
        stop();
        imposed.lift();
      },
      count: () => killed,
    };
  },
};
