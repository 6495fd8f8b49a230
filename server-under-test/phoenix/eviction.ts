import type { Clock, Timer } from '../otp/clock.ts';
import type { Channel } from './channel-server.ts';
import type { Message } from './message.ts';

/** A duplicate join waiting for the death of a channel that traps exits; it is killed in the end (phoenix-semantics 2.5). */
export class Eviction {
  readonly channel: Channel;
  /** The join that waits. */
  readonly message: Message;
  private readonly timer: Timer;

  constructor(clock: Clock, channel: Channel, message: Message, graceMs: number) {
    this.channel = channel;
    this.message = message;
    this.timer = clock.after(graceMs, () => channel.signal('kill', null));
  }

  cancel(): void {
    this.timer.cancel();
  }
}
