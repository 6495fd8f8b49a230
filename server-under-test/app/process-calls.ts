import type { Timer } from '../otp/clock.ts';
import type { ExitReason } from '../otp/exit-reason.ts';
import { pause } from '../otp/pause.ts';
import type { Process as Pid } from '../otp/process.ts';
import { startLinkedTask, Task, type Work } from '../otp/task.ts';
import { processOf, type Caller } from './caller.ts';

/** Elixir's Process and what Kernel has beside it: monitors, links, exit signals, timers (phoenix-semantics 3.5). */
export const Process = {
  /** self(). */
  self(caller: Caller): Pid {
    return processOf(caller);
  },

  /** Process.whereis: the living process of a name on this node, or null. */
  whereIs(caller: Caller, name: string): Pid | null {
    return caller.runtime.whereIs(name);
  },

  /** send: arrives in its handleInfo; to a dead process it is lost. */
  send(pid: Pid, message: unknown): void {
    pid.send(message);
  },

  /** Process.send_after; `cancel()` on what it returns takes it back. */
  sendAfter(pid: Pid, message: unknown, ms: number): Timer {
    return pid.runtime.clock.after(ms, () => pid.send(message));
  },

  /** Process.sleep: holds the caller's process only. One that was killed meanwhile never wakes. */
  sleep(caller: Caller, ms: number): Promise<void> {
    return pause(processOf(caller), ms);
  },

  /** Process.monitor: a Down in handleInfo when it ends; at once with `noproc` if it has. */
  monitor(caller: Caller, pid: Pid): void {
    pid.monitoredBy(processOf(caller));
  },

  /** Takes one monitor back. */
  demonitor(caller: Caller, pid: Pid): void {
    pid.demonitoredBy(processOf(caller));
  },

  /** Process.link: an abnormal end of one ends the other, or is an ExitMessage to one that traps exits. */
  link(caller: Caller, pid: Pid): void {
    processOf(caller).link(pid);
  },

  unlink(caller: Caller, pid: Pid): void {
    processOf(caller).unlink(pid);
  },

  /** Process.exit(pid, reason): `kill` cannot be trapped; without `trapExits` no terminate runs (phoenix-semantics 2.7). */
  exit(pid: Pid, reason: ExitReason, from: Caller | null = null): void {
    pid.signal(reason, from === null ? null : processOf(from));
  },

  /** spawn: a process that does this and ends. */
  spawn(caller: Caller, work: Work): Pid {
    return new Task(caller.runtime, work);
  },

  /** spawn_link: its crash ends the caller, and the caller's ends it. */
  spawnLink(caller: Caller, work: Work): Pid {
    return startLinkedTask(processOf(caller), work);
  },

  /** Resolves with its reason once a process has ended; with `noproc` if it has already. */
  ended(pid: Pid): Promise<ExitReason> {
    if (!pid.alive) return Promise.resolve('noproc');
    return new Promise((resolve) => pid.onEnd({ processEnded: (_process, reason) => resolve(reason) }));
  },
};
