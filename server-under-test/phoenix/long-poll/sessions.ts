import type { Distribution } from '../../otp/distribution.ts';
import { RemoteMessage } from '../../otp/distribution.ts';
import { Process } from '../../otp/process.ts';
import type { Runtime } from '../../otp/runtime.ts';
import type { Answer, Envelope, SessionAddress, SessionAnswer } from './session-call.ts';
import type { LongPollSession } from './session.ts';

/** The name of this process on every node. */
const NAME = 'long_poll';
const REFS_PER_NODE = 2 ** 40;

type Asked =
  | { readonly op: 'subscribe' }
  | { readonly op: 'flush' }
  | { readonly op: 'expired'; readonly ref: number }
  | { readonly op: 'dispatch'; readonly envelope: Envelope };

interface WireEnvelope {
  readonly binary: boolean;
  readonly base64: string;
}

/** Between nodes: a request with its ref, or the answer to one. */
type Wire =
  | { readonly ask: Exclude<Asked, { op: 'dispatch' }>; readonly key: string; readonly ref: number }
  | { readonly post: WireEnvelope; readonly key: string; readonly ref: number }
  | { readonly tag: SessionAnswer['tag']; readonly messages?: readonly WireEnvelope[]; readonly ref: number };

function pack({ binary, payload }: Envelope): WireEnvelope {
  return { binary, base64: Buffer.from(payload).toString('base64') };
}

function unpack({ binary, base64 }: WireEnvelope): Envelope {
  return { binary, payload: Buffer.from(base64, 'base64') };
}

/**
 * The long-poll sessions of a node, and the way to those of other nodes: polls of one client may come in anywhere.
 *
 * A request whose session is gone gets no answer at all; the asker's clock decides (phoenix-semantics 1.9).
 */
export class Sessions extends Process {
  private readonly distribution: Distribution | null;
  private readonly byKey = new Map<string, LongPollSession>();
  private readonly waiting = new Map<number, Answer>();
  private lastRef: number;

  constructor(runtime: Runtime, distribution: Distribution | null) {
    super(runtime);
    this.distribution = distribution;
    // Refs of different nodes must not meet in one session.
    this.lastRef = runtime.node * REFS_PER_NODE;
    runtime.register(NAME, this);
  }

  override get kind(): 'server' {
    return 'server';
  }

  get count(): number {
    return this.byKey.size;
  }

  add(key: string, session: LongPollSession): void {
    this.byKey.set(key, session);
  }

  remove(key: string): void {
    this.byKey.delete(key);
  }

  /** Asks a session, wherever it is; returns the ref of the question, to forget it by. */
  ask(address: SessionAddress, asked: Asked, answer: Answer): number {
    this.lastRef += 1;
    const ref = this.lastRef;
    if (address.node === this.runtime.node) {
      this.deliver(address.key, asked, ref, answer);
    } else {
      this.waiting.set(ref, answer);
      this.distribution?.send(address.node, NAME, this.wire(address.key, asked, ref));
    }
    return ref;
  }

  /** As `ask`, for what needs no answer. */
  tell(address: SessionAddress, told: Asked): void {
    this.forget(this.ask(address, told, () => {}));
  }

  /** The asker waits no longer. */
  forget(ref: number): void {
    this.waiting.delete(ref);
  }

  protected override receive(message: unknown): void {
    if (!(message instanceof RemoteMessage)) return;
    const wire = message.payload as Wire;
    if ('tag' in wire) return this.settle(wire);
    const asked: Asked = 'post' in wire ? { op: 'dispatch', envelope: unpack(wire.post) } : wire.ask;
    this.deliver(wire.key, asked, wire.ref, (answer) => {
      const messages = answer.tag === 'messages' ? { messages: answer.messages.map(pack) } : {};
      this.distribution?.send(message.from, NAME, { tag: answer.tag, ...messages, ref: wire.ref });
    });
  }

  protected override ended(): void {
    this.waiting.clear();
  }

  private settle(wire: Extract<Wire, { tag: string }>): void {
    const answer = this.waiting.get(wire.ref);
    this.waiting.delete(wire.ref);
    if (wire.tag === 'messages') answer?.({ tag: 'messages', messages: (wire.messages ?? []).map(unpack) });
    else answer?.({ tag: wire.tag });
  }

  private deliver(key: string, asked: Asked, ref: number, answer: Answer): void {
    const session = this.byKey.get(key);
    if (session === undefined) return;
    if (asked.op === 'flush') session.send({ op: 'flush', poll: { ref, answer } });
    else if (asked.op === 'expired') session.send(asked);
    else session.send({ ...asked, answer });
  }

  private wire(key: string, asked: Asked, ref: number): Wire {
    return asked.op === 'dispatch' ? { post: pack(asked.envelope), key, ref } : { ask: asked, key, ref };
  }
}
