/**
 * Joins and leaves that were sent while nothing was connected: phoenix.js keeps
 * them over reconnects and sends them, in order, when a connection opens (6.2).
 */
import type { ClientChannel } from './client-channel.ts';
import type { ClientProfile } from './client-profile.ts';
import type { PendingReply } from './pending-reply.ts';

export type Buffered = {
  frame: Buffer;
  channel: ClientChannel;
  /** The channel's join_ref when it was sent. */
  joinRef: number;
  /** Null for a leave. */
  pending: PendingReply | null;
};

/**
 * True when the channel has given up this join since, or is gone. Up to 1.8.15
 * such messages go out all the same: two joins of one topic in one burst.
 */
export function isSkipped({ channel, joinRef }: Buffered, { phoenixJs }: ClientProfile): boolean {
  if (phoenixJs === '1.8.15') return false;
  return channel.joinRef !== joinRef || channel.state === 'closed';
}
