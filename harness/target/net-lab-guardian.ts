/**
 * Removes a run's network when the run is over, however it ended. It is a shell
 * in a session of its own that reads from a pipe only we hold: the pipe ends
 * with us, even if we are killed with SIGKILL.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '../base/clock.ts';
import { systemEnv } from './net-lab-command.ts';
import type { LabPlan } from './net-lab-plan.ts';

/**
 * Told the end it sweeps once. When the pipe ends without a word a program of ours
 * may still be at work, so it sweeps again a second later.
 */
const SCRIPT = `
trap '' INT TERM HUP
sweep() { ip link del "$1"; ip netns del "$2"; ip netns del "$3"; }
if read -r line; then sweep "$@"; else sweep "$@"; sleep 1; sweep "$@"; fi
`;

const END_US = 5e6;

export class Guardian {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#gone = new Promise((resolve) => child.once('exit', () => resolve()));
    // It may be gone before us; then whoever closes the network finds it still there.
    child.stdin?.on('error', () => {});
    child.unref();
  }

  /** Posts it before there is anything to guard; rejects when there is no shell. */
  static async post({ link, clients, wire }: LabPlan): Promise<Guardian> {
    const child = spawn('sh', ['-c', SCRIPT, 'firedrill-guardian', link, clients, wire], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: systemEnv(),
    });
    await once(child, 'spawn');
    return new Guardian(child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Has it sweep, and resolves when it is gone. */
  async end(clock: Clock): Promise<void> {
    this.#child.ref();
    this.#child.stdin?.end('end\n');
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const alarm = clock.at(clock.nowUs() + END_US, () => this.#child.kill('SIGKILL'));
    await this.#gone;
    alarm.cancel();
  }
}
