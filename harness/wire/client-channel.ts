/**
 * One topic of one client, as phoenix.js keeps it: it rejoins by itself after a
 * crash, a refused or unanswered join and a reconnect (phoenix-semantics 6.2).
 */
import { WheelTimer } from '../base/timer-wheel.ts';
import { rejoinAfterMs } from './back-off.ts';
import type { PhoenixSocket } from './phoenix-socket.ts';

export type ChannelState = 'closed' | 'joining' | 'joined' | 'errored';

export class ClientChannel extends WheelTimer {
  readonly socket: PhoenixSocket;
  readonly topic: string;
  readonly joinPayloadJson: string;
  state: ChannelState = 'closed';
  /** Ref of the join in force; frames that carry another one are outdated. */
  joinRef = 0;
  /** Joins that failed since the last success. */
  tries = 0;
  /** True from the first accepted join on: the client wants this topic's broadcasts. */
  wasJoined = false;
  /** The delivery witness of this topic and the channel's place in it; null until first joined. */
  audience: object | null = null;
  slot = -1;
  /** Handlers by event; null while a scenario has none here. */
  handlers: Map<string, (payload: unknown) => void> | null = null;
  /** Called once, at the first accepted join. */
  onFirstJoin: (() => void) | null = null;

  constructor(socket: PhoenixSocket, topic: string, joinPayloadJson: string) {
    super();
    this.socket = socket;
    this.topic = topic;
    this.joinPayloadJson = joinPayloadJson;
  }

  /** Its rejoin is due. */
  expire(nowUs: number): void {
    this.socket.joinChannel(this, nowUs);
  }

  /** Marks it errored and, while connected, schedules the next rejoin of the ladder. */
  errored(nowUs: number): void {
    this.state = 'errored';
    this.tries += 1;
    if (this.socket.isOpen) {
      this.socket.world.wheel.arm(this, nowUs + rejoinAfterMs(this.tries) * 1e3);
    }
  }
}
