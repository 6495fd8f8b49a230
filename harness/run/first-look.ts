/** One connection before any load: does it open, and does Phoenix Channels answer on it? */
import type { Clock } from '../base/clock.ts';
import type { Vsn } from '../target/url.ts';
import { encodeFrame, OPCODE } from '../wire/frame.ts';
import type {
  ClientConnection,
  CloseCause,
  ConnectionOwner,
  Endpoint,
  Transport,
  Upgrade,
} from '../wire/transport.ts';

/** What is opened, and how. */
export type Knock = {
  clock: Clock;
  transport: Transport;
  endpoint: Endpoint;
  upgrade: Upgrade;
  vsn: Vsn;
  maxFrameBytes: number;
};

/** The connection of client 0 at one address. */
export class FirstLook implements ConnectionOwner {
  readonly address: string;
  readonly #knock: Knock;
  readonly #connection: ClientConnection;
  readonly #opened = Promise.withResolvers<CloseCause | null>();
  readonly #answered = Promise.withResolvers<CloseCause | 'answered' | 'silent'>();
  readonly #beganUs: number;
  #openedUs = 0;

  /** Begins to connect; given up after `waitMs`. */
  constructor(knock: Knock, waitMs: number) {
    const { clock, endpoint } = knock;
    this.#knock = knock;
    this.address = endpoint.host;
    this.#beganUs = clock.nowUs();
    this.#connection = knock.transport(endpoint, knock.upgrade, this, knock.maxFrameBytes);
    const alarm = clock.at(this.#beganUs + waitMs * 1e3, () => {
      this.#connection.reset(`no answer within ${waitMs / 1e3} s`);
    });
    void this.#opened.promise.then(() => alarm.cancel());
  }

  /** Resolves with why it was refused, or with null once it is open. */
  get refusal(): Promise<CloseCause | null> {
    return this.#opened.promise;
  }

  /** How long it took to open, in milliseconds. */
  get openMs(): number {
    return (this.#openedUs - this.#beganUs) / 1e3;
  }

  /** Sends a heartbeat, which every socket answers (phoenix-semantics 1.6), and says how it went. */
  async heartbeat(waitMs: number): Promise<CloseCause | 'silent' | { afterMs: number }> {
    const { clock, vsn } = this.#knock;
    const sentUs = clock.nowUs();
    const alarm = clock.at(sentUs + waitMs * 1e3, () => this.#answered.resolve('silent'));
    this.#connection.send(encodeFrame(OPCODE.text, HEARTBEAT[vsn]));
    const answer = await this.#answered.promise;
    alarm.cancel();
    return answer === 'answered' ? { afterMs: (clock.nowUs() - sentUs) / 1e3 } : answer;
  }

  /** Goes away in good order. */
  end(): void {
    this.#connection.close(1000);
  }

  onOpen(): void {
    this.#openedUs = this.#knock.clock.nowUs();
    this.#opened.resolve(null);
  }

  onText(buffer: Buffer, from: number, to: number): void {
    if (isReply(buffer.toString('utf8', from, to))) this.#answered.resolve('answered');
  }

  onBinary(): void {
    // No answer to a heartbeat comes as binary.
  }

  onClosed(cause: CloseCause): void {
    this.#opened.resolve(cause);
    this.#answered.resolve(cause);
  }
}

const HEARTBEAT: Record<Vsn, string> = {
  '2.0.0': '[null,"1","phoenix","heartbeat",{}]',
  '1.0.0': '{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"1","join_ref":null}',
};

function isReply(text: string): boolean {
  try {
    const message: unknown = JSON.parse(text);
    const event: unknown = Array.isArray(message)
      ? message[3]
      : (message as { event?: unknown } | null)?.event;
    return event === 'phx_reply';
  } catch {
    return false;
  }
}
