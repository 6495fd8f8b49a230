/** What clients tell of what they live through; measuring listens, the clients measure nothing. */
import type { ClientChannel } from './client-channel.ts';
import type { CloseCause } from './connection.ts';
import type { PendingReply, ReplyStatus } from './pending-reply.ts';
import type { PhoenixSocket } from './phoenix-socket.ts';

/** Told of everything a measurement needs; times are µs on the shared clock. */
export type SocketObserver = {
  connectStarted(socket: PhoenixSocket): void;
  connected(socket: PhoenixSocket, dueUs: number, nowUs: number): void;
  connectEnded(how: 'error' | 'timeout', cause: CloseCause, dueUs: number, nowUs: number): void;
  sent(pending: PendingReply): void;
  ended(pending: PendingReply, status: ReplyStatus, nowUs: number): void;
  /** A reply nobody waits for any more. */
  lateReply(): void;
  channelJoined(channel: ClientChannel, first: boolean, nowUs: number): void;
  channelGone(channel: ClientChannel, nowUs: number): void;
  channelCrashed(channel: ClientChannel): void;
  /** A joined channel has sent another join: until the answer it is not joined. */
  channelRejoins(channel: ClientChannel): void;
  disconnected(socket: PhoenixSocket, cause: CloseCause, nowUs: number): void;
  /** Every channel is joined again after a lost connection. */
  recovered(socket: PhoenixSocket, lostAtUs: number, nowUs: number): void;
  /** Sees each text frame first; true when it was a broadcast it has dealt with. */
  intake(socket: PhoenixSocket, buffer: Buffer, from: number, to: number): boolean;
  /** Sees each other event of a joined channel. */
  eventArrived(channel: ClientChannel, event: string, payload: unknown): void;
};
