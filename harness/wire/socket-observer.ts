/** What clients tell of what they live through; measuring listens, the clients measure nothing. */
import type { ChannelSocket } from './channel-socket.ts';
import type { ClientChannel } from './client-channel.ts';
import type { PendingReply } from './pending-reply.ts';
import type { PhoenixSocket } from './phoenix-socket.ts';
import type { Reply, ReplyStatus } from './reply.ts';
import type { CloseCause } from './transport.ts';

/** Told of everything a measurement needs; times are µs on the shared clock. */
export type SocketObserver = {
  connectStarted(socket: PhoenixSocket): void;
  connected(socket: PhoenixSocket, dueUs: number, nowUs: number): void;
  /** It never opened; `lost` when the client itself gave it up. */
  connectEnded(
    how: 'error' | 'timeout' | 'lost',
    cause: CloseCause,
    dueUs: number,
    nowUs: number,
    socket: PhoenixSocket,
  ): void;
  /** A message went out, so long after it could have; what phoenix.js buffers could not. */
  sent(pending: PendingReply, latenessUs: number): void;
  /** A message ended that was buffered and never went out. */
  neverSent(pending: PendingReply, how: 'timeout' | 'lost'): void;
  /** A message went out whose answer nobody waits for. */
  cast(channel: ClientChannel): void;
  /** A message that was sent has ended: with the reply, or, when lost, by the cause. */
  ended(pending: PendingReply, status: ReplyStatus, reply: Reply | null, cause: string, nowUs: number): void;
  /** A reply nobody waits for any more. */
  lateReply(socket: ChannelSocket, ref: number, nowUs: number): void;
  channelJoined(channel: ClientChannel, first: boolean, nowUs: number): void;
  /** It left, or the server closed it; it does not rejoin. */
  channelGone(channel: ClientChannel, by: 'client' | 'server', nowUs: number): void;
  /** `underWay` is the event of a push that was out, the first of them. */
  channelCrashed(channel: ClientChannel, payload: unknown, underWay: string | null, nowUs: number): void;
  /** A joined channel has sent another join: until the answer it is not joined. */
  channelRejoins(channel: ClientChannel): void;
  /** An open connection has ended; `wanted` when the client closed it on purpose. */
  disconnected(socket: PhoenixSocket, cause: CloseCause, wanted: boolean, nowUs: number): void;
  /** Every channel is joined again after a lost connection. */
  recovered(socket: PhoenixSocket, lostAtUs: number, nowUs: number): void;
  /** Sees each text frame first; true when it was a broadcast it has dealt with. */
  intake(socket: ChannelSocket, buffer: Buffer, from: number, to: number, nowUs: number): boolean;
  /** Sees each other event of a channel, before its script does. */
  eventArrived(channel: ClientChannel, event: string, payload: unknown, nowUs: number): void;
};
