import { Process } from '../otp/process.ts';
import type { ChannelSocket } from '../phoenix/channel-socket.ts';

/** Whoever calls: the socket of a channel's callback, or a process: a worker's `self`, a task. */
export type Caller = ChannelSocket | Process;

/** The process of a caller. */
export function processOf(caller: Caller): Process {
  return caller instanceof Process ? caller : caller.process;
}
