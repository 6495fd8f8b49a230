import type { TimeoutMs } from '../otp/call.ts';
import { CALL_TIMEOUT_MS } from '../otp/gen-server.ts';
import {
  asyncTask,
  awaitTask,
  shutdownTask,
  yieldTask,
  type Task as TaskProcess,
  type Work,
} from '../otp/task.ts';
import type { TaskOutcome } from '../otp/task-wait.ts';
import type { ChannelSocket } from '../phoenix/channel-socket.ts';
import { processOf, type Caller } from './caller.ts';

/**
 * Elixir's Task (phoenix-semantics 3.6). The work gets its own process: `task.wait(ms)` pauses it, and Endpoint, PubSub and
 * GenServer take it as their caller.
 */
export const Task = {
  /** Linked and monitored; unless awaited the caller's handleInfo gets a TaskResult and then a Down. */
  async(caller: Caller, work: Work): TaskProcess {
    return asyncTask(processOf(caller), work);
  },

  /** The value; holds the caller. Rejects with an Exit after `timeoutMs`, which uncaught ends caller and task. */
  await(task: TaskProcess, timeoutMs: TimeoutMs = CALL_TIMEOUT_MS): Promise<unknown> {
    return awaitTask(task, timeoutMs);
  },

  /** The outcome, or null when it takes longer. */
  yield(task: TaskProcess, timeoutMs: TimeoutMs = CALL_TIMEOUT_MS): Promise<TaskOutcome | null> {
    return yieldTask(task, timeoutMs);
  },

  /** Ends it; its value if that was faster. */
  shutdown(task: TaskProcess): Promise<TaskOutcome | null> {
    return shutdownTask(task);
  },

  /** Task.Supervisor.async_nolink: as `async`, but its crash is only told, in the Down. */
  asyncNolink(socket: ChannelSocket, work: Work): TaskProcess {
    return socket.process.context.tasks.asyncNolink(socket.process, work);
  },

  /** Task.Supervisor.start_child: nobody waits; with `socket.socketRef()` it can still reply, after the channel too. */
  startChild(socket: ChannelSocket, work: Work): TaskProcess {
    return socket.process.context.tasks.startTask(work);
  },
};
