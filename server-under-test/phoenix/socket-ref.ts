import type { Ref } from './message.ts';
import type { Transport } from './transport.ts';

/** A reply's address; usable from any process, any number of times, also after the channel left (phoenix-semantics 3.3). */
export class SocketRef {
  private readonly transport: Transport;
  private readonly joinRef: Ref;
  private readonly ref: Ref;
  private readonly topic: string;

  constructor(transport: Transport, joinRef: Ref, ref: Ref, topic: string) {
    this.transport = transport;
    this.joinRef = joinRef;
    this.ref = ref;
    this.topic = topic;
  }

  /** Phoenix.Channel.reply/2. */
  reply(status: string, response: unknown): void {
    const { serializer } = this.transport;
    this.transport.send(serializer.encodeReply(this.joinRef, this.ref, this.topic, status, response));
  }
}
