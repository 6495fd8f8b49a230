/**
 * Workers run under SCHED_BATCH where the machine has `chrt`: a worker that a
 * frame wakes does not pre-empt the process that is still sending. On a machine
 * that holds both ends, one context switch per delivery cost as much as the
 * delivery; this way a worker reads many frames each time it runs.
 */
import { spawn } from 'node:child_process';

/**
 * Puts a process that has just been started under it, with the threads it has; those to come inherit it.
 * Resolves with whether it is: without `chrt`, or without leave, the process goes on as it is.
 */
export function toBatch(pid: number | undefined): Promise<boolean> {
  if (pid === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const args = ['--batch', '--all-tasks', '--pid', '0', String(pid)];
    const chrt = spawn('chrt', args, { stdio: 'ignore' });
    chrt.on('error', () => resolve(false));
    chrt.on('exit', (code) => resolve(code === 0));
    chrt.unref();
  });
}
