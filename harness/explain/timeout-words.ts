/** What each cause of a timeout means, and what to try first (phoenix-semantics 1.6, 2.4, 3.1). */
import type { TimeoutCause } from '../base/timeout-causes.ts';

/** One sentence each. */
type TimeoutWords = { means: string; tryThis: string };

export const TIMEOUT_WORDS: Readonly<Record<TimeoutCause, TimeoutWords>> = {
  slow_join: {
    means: 'a join/3 took longer than the client waits, or held the connection it ran on for others as well',
    tryThis: 'return from join/3 at once and do the work in handle_info(:after_join)',
  },
  blocked_handler: {
    means: 'its answer came, but too late: the channel was still busy with what came before it, or with this',
    tryThis:
      'hand slow work of handle_in to a task that replies by itself; fewer pushes a second for each channel',
  },
  no_reply_coded: {
    means: 'its channel has answered what came after it, or other events, but this one not',
    tryThis: 'reply from handle_in: {:reply, :ok, socket}; or do not wait: channel.cast',
  },
  stale_join_ref: {
    means: 'it went out with the join_ref of an earlier join, which Phoenix drops without a word since 1.8.3',
    tryThis: 'push through the channel object of the join in force',
  },
  channel_cap: {
    means: 'its topic was refused with "too many channels joined", so it was never sent',
    tryThis: 'fewer topics for a connection, leave what is not needed, or raise max_channels_per_transport',
  },
  half_open: {
    means:
      'not one byte came until the client gave the connection up: a dead link, or a node that stood still as a whole',
    tryThis:
      'shorter heartbeats and idle timeouts notice it sooner; proxies that forget connections, a node that hangs',
  },
  node_gone: {
    means:
      'its connection broke without a word after a heartbeat had waited too, or nobody took the next one: the node was gone',
    tryThis: 'the log of that node at that moment; drain it before it is stopped',
  },
  generator_late: {
    means:
      'this load generator was late itself: the answer lay unread, or it stood still for a good part of the wait',
    tryThis:
      'fewer clients for a worker, a larger machine; firedrill doctor and calibrate say what this one holds',
  },
  unknown: {
    means: 'nothing that happened decides it',
    tryThis: 'a longer run, whose end comes after the answers; the mailboxes and the log of the server',
  },
};
