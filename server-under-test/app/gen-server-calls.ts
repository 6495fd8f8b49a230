import type { TimeoutMs } from '../otp/call.ts';
import { CALL_TIMEOUT_MS, castServer, callServer, stopServer } from '../otp/gen-server.ts';
import type { ExitReason } from '../otp/exit-reason.ts';
import type { Process } from '../otp/process.ts';
import { processOf, type Caller } from './caller.ts';

/** GenServer's calls, to a name of this node or a process (phoenix-semantics 3.4). */
export const GenServer = {
  /** The answer. Rejects with an Exit after `timeoutMs`, with noproc, or when the server dies; uncaught it ends the caller. */
  call(
    caller: Caller,
    server: string | Process,
    request: unknown,
    timeoutMs: TimeoutMs = CALL_TIMEOUT_MS,
  ): Promise<unknown> {
    return callServer(caller.runtime, server, request, timeoutMs, processOf(caller));
  },

  /** Asks without waiting; whoever is not there does not hear it. */
  cast(caller: Caller, server: string | Process, request: unknown): void {
    castServer(caller.runtime, server, request);
  },

  /** Ends a server behind the mail that waits; resolves when it is gone. */
  stop(caller: Caller, server: string | Process, reason: ExitReason = 'normal'): Promise<void> {
    return stopServer(caller.runtime, server, reason);
  },
};
