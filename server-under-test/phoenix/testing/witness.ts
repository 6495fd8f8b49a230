import type { ExitReason } from '../../otp/exit-reason.ts';
import { noreply, ok, reply, type ChannelModule } from '../channel.ts';
import type { Channel } from '../channel-server.ts';
import type { Route } from '../routes.ts';

/** A kind of channel that tells a test what its callbacks saw; `witness:*` unless told otherwise. */
export class Witness {
  readonly route: Route;
  /** What ran, in order: `handled <event>`, and `terminate` with the topic. */
  readonly log: string[] = [];
  /** The process of the channel that joined a topic last. */
  readonly channels = new Map<string, Channel>();
  readonly reasons = new Map<string, ExitReason>();
  private readonly waiting: Array<() => void> = [];

  /** `more` replaces callbacks; a join payload of `{trap: true}` traps exits. */
  constructor(more: Partial<ChannelModule> = {}, pattern = 'witness:*') {
    const { channels } = this;
    const module: ChannelModule = {
      join(topic, payload, socket) {
        channels.set(topic, socket.process);
        if ((payload as { trap?: boolean } | null)?.trap === true) socket.trapExits();
        return ok();
      },
      handleIn: async (event, payload, socket) => {
        const ms = (payload as { ms?: number } | null)?.ms ?? 0;
        if (ms > 0) await socket.wait(ms);
        this.log.push(`handled ${String(event)}`);
        return event === 'ask' ? reply('ok') : noreply();
      },
      terminate: (reason, socket) => this.ended(socket.topic, reason),
      ...more,
    };
    this.route = { pattern, module };
  }

  /** Notes an end; for a terminate of the test's own. */
  ended(topic: string, reason: ExitReason): void {
    this.log.push(`terminate ${topic}`);
    this.reasons.set(topic, reason);
    for (const wake of this.waiting.splice(0)) wake();
  }

  /** The reason terminate got for a topic; waits for it. */
  async reasonOf(topic: string): Promise<ExitReason> {
    for (;;) {
      const reason = this.reasons.get(topic);
      if (reason !== undefined) return reason;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  channelOf(topic: string): Channel {
    const channel = this.channels.get(topic);
    if (channel === undefined) throw new Error(`nobody joined ${topic}`);
    return channel;
  }
}
