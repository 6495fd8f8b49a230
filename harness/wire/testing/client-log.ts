/** An observer that writes down what a client tells, in words, for tests to compare. */
import type { ClientChannel } from '../client-channel.ts';
import type { PendingReply } from '../pending-reply.ts';
import type { PhoenixSocket } from '../phoenix-socket.ts';
import type { Reply } from '../reply.ts';
import type { SocketObserver } from '../socket-observer.ts';
import type { CloseCause } from '../transport.ts';

export class ClientLog implements SocketObserver {
  readonly all: string[] = [];
  readonly lateness: number[] = [];
  readonly recoveries: [number, number][] = [];
  /** Called after each entry. */
  onEntry: (() => void) | null = null;

  #add(text: string): void {
    this.all.push(text);
    this.onEntry?.();
  }

  /** How often that was told. */
  count(text: string): number {
    return this.all.filter((one) => one === text).length;
  }

  connectStarted(): void {
    this.#add('connecting');
  }
  connected(): void {
    this.#add('connected');
  }
  connectEnded(how: string, cause: CloseCause): void {
    this.#add(`connect ${how}: ${cause.detail}`);
  }
  sent(pending: PendingReply, latenessUs: number): void {
    this.lateness.push(latenessUs);
    this.#add(`sent ${pending.kind}`);
  }
  neverSent(pending: PendingReply, how: string): void {
    this.#add(`never sent ${pending.kind}: ${how}`);
  }
  cast(channel: ClientChannel): void {
    this.#add(`cast on ${channel.topic}`);
  }
  ended(pending: PendingReply, status: string, _reply: Reply | null, cause: string): void {
    this.#add(`${pending.kind} ${status}${cause === '' ? '' : `: ${cause}`}`);
  }
  lateReply(): void {
    this.#add('late reply');
  }
  channelJoined(channel: ClientChannel, first: boolean): void {
    this.#add(`${first ? 'joined' : 'rejoined'} ${channel.topic}`);
  }
  channelGone(channel: ClientChannel, by: string): void {
    this.#add(`gone ${channel.topic} by ${by}`);
  }
  channelCrashed(channel: ClientChannel, _payload: unknown, underWay: string | null): void {
    this.#add(`crashed ${channel.topic}${underWay === null ? '' : ` at ${underWay}`}`);
  }
  channelRejoins(channel: ClientChannel): void {
    this.#add(`rejoins ${channel.topic}`);
  }
  disconnected(_socket: PhoenixSocket, cause: CloseCause, wanted: boolean): void {
    this.#add(`disconnected ${cause.code}${wanted ? ' as wanted' : ''}`);
  }
  recovered(_socket: PhoenixSocket, lostAtUs: number, nowUs: number): void {
    this.recoveries.push([lostAtUs, nowUs]);
    this.#add('recovered');
  }
  intake(): boolean {
    return false;
  }
  eventArrived(channel: ClientChannel, event: string, payload: unknown): void {
    this.#add(`${channel.topic} ${event} ${JSON.stringify(payload)}`);
  }
}
