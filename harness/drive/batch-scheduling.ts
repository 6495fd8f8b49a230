/**
 * Workers run under SCHED_BATCH where the machine has `chrt`: a worker that a
 * frame wakes does not pre-empt the process that is still sending. On a machine
 * that holds both ends, one context switch per delivery cost as much as the
 * delivery; this way a worker reads many frames each time it runs.
 */
import { spawnSync } from 'node:child_process';

/** The command that starts another one so; empty where there is none. */
export function batchPrefix(): readonly string[] {
  const prefix = ['chrt', '--batch', '0'];
  const { status } = spawnSync(prefix[0]!, [...prefix.slice(1), process.execPath, '--version'], {
    stdio: 'ignore',
  });
  return status === 0 ? prefix : [];
}
