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
  // Asked of a program that does nothing: another Node would take as long as the worker itself.
  const { status } = spawnSync('chrt', ['--batch', '0', 'true'], { stdio: 'ignore' });
  return status === 0 ? prefix : [];
}
