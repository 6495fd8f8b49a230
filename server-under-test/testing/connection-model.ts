import type { Fields } from './dialect.ts';
import { canonical, isMap } from './plain-json.ts';

/** A message of the client, decoded; `data` instead of a payload when it was binary. */
export interface ClientMessage {
  readonly joinRef: unknown;
  readonly ref: unknown;
  readonly topic: unknown;
  readonly event: unknown;
  readonly payload: unknown;
  readonly data: Buffer | null;
}

/** A frame the server owes, a binary one in hex. Frames of one stream come in order; the transport answers `inline` itself. */
export interface Owed {
  readonly stream: string;
  readonly frame: Frame;
}

type Frame = Fields | string;

/** What one message leads to. */
export interface Effect {
  readonly owed: readonly Owed[];
  /** The channel must have no work left before and after: what a dying channel still says is not promised. */
  readonly quiet: boolean;
}

interface Joined {
  readonly wireRef: unknown;
  readonly channelRef: unknown;
}

/** Whatever a server of the drill contract may route. */
const ROUTED = /^(?:(?:room|private|presence|probe|report):|lobby$)/;
const SILENCE: Effect = { owed: [], quiet: false };
const CRASH = { reason: 'channel_crash' };

function own(payload: unknown, key: string): unknown {
  return isMap(payload) && Object.hasOwn(payload, key) ? payload[key] : undefined;
}

/**
 * What a connection to the drill's rooms must answer (phoenix-semantics 1.6, 1.7, 2.4 to 2.7), for the events a fuzzer plays
 * with. `null` from `apply` means: not modelled, do not send.
 */
export class ConnectionModel {
  private readonly joined: Map<string, Joined>;
  private readonly mark: string;
  private readonly loose: boolean;

  /**
   * Only topics that hold `mark` are this connection's own; broadcasts on others are anybody's. `loose`: the payload of a push
   * may be anything, as in V1.
   */
  constructor(mark: string, loose = false, from?: ConnectionModel) {
    this.loose = loose;
    this.mark = mark;
    this.joined = new Map(from?.joined);
  }

  get topics(): string[] {
    return [...this.joined.keys()];
  }

  joinRefOf(topic: string): unknown {
    return this.joined.get(topic)?.wireRef ?? null;
  }

  apply(message: ClientMessage): Effect | null {
    const { joinRef, ref, topic, event } = message;
    if (topic === 'phoenix' && event === 'heartbeat')
      return inline([null, ref, topic, 'phx_reply', okay({})]);
    const channel = typeof topic === 'string' ? this.joined.get(topic) : undefined;
    if (event === 'phx_join') return this.join(message, channel);
    if (channel !== undefined) {
      const current = joinRef === null || canonical(joinRef) === canonical(channel.wireRef);
      return current ? this.handle(message, topic as string, channel) : SILENCE;
    }
    if (event === 'phx_leave') return inline([joinRef, ref, topic, 'phx_reply', okay({})]);
    return inline([null, ref, topic, 'phx_reply', failed('unmatched topic')]);
  }

  private join(message: ClientMessage, old: Joined | undefined): Effect | null {
    const { joinRef, ref, topic, payload, data } = message;
    if (typeof topic === 'string' && ROUTED.test(topic) && !topic.includes(this.mark)) return null;
    if (typeof topic !== 'string' || !topic.startsWith('room:'))
      return inline([null, ref, topic, 'phx_reply', failed('unmatched topic')]);
    const delayMs = own(payload, 'delay_ms');
    if ((typeof delayMs === 'number' && delayMs > 0) || own(payload, 'trap_exit') === true) return null;
    const owed: Owed[] = [];
    const say = (response: unknown): void => {
      owed.push({ stream: 'inline', frame: [joinRef, ref, topic, 'phx_reply', response] });
    };
    this.joined.delete(topic);
    if (data !== null || !isMap(payload) || own(payload, 'crash') === true) say(failed('join crashed'));
    else if (own(payload, 'reject') === true) say(failed('rejected'));
    else {
      const channelRef = joinRef ?? ref;
      this.joined.set(topic, { wireRef: joinRef, channelRef });
      say(okay({}));
      const afterJoin = own(payload, 'after_join');
      if (afterJoin !== undefined) {
        owed.push({
          stream: topic,
          frame: [channelRef, null, topic, 'after_join', { n: afterJoin }],
        });
      }
    }
    if (old !== undefined) owed.push({ stream: 'inline', frame: closing(old, topic, 'phx_close', {}) });
    return { owed, quiet: old !== undefined };
  }

  private handle(message: ClientMessage, topic: string, channel: Joined): Effect | null {
    const { ref, event, payload, data } = message;
    const reply = (body: unknown): Fields => [channel.channelRef, ref, topic, 'phx_reply', body];
    const push = (name: string, body: unknown): Fields => [channel.channelRef, null, topic, name, body];
    const frames = (...list: Frame[]): Effect => ({
      owed: list.map((frame) => ({ stream: topic, frame })),
      quiet: false,
    });
    const end = (...list: Frame[]): Effect => {
      this.joined.delete(topic);
      return { ...frames(...list), quiet: true };
    };
    const crash = (): Effect => end(closing(channel, topic, 'phx_error', CRASH));
    if (event === 'phx_leave') return end(reply(okay({})), closing(channel, topic, 'phx_close', {}));
    if (data !== null) return handleBinary(message, topic, channel, frames, crash);
    switch (event) {
      case 'ping':
        return frames(reply(okay(payload)));
      case 'noreply':
        return SILENCE;
      case 'status': {
        const status = own(payload, 'status');
        if (typeof status !== 'string') return null;
        const response = own(payload, 'response');
        return frames(reply({ status, response: response === undefined ? {} : response }));
      }
      case 'shout':
        if (!isMap(payload)) return this.loose ? null : crash();
        return frames([null, null, topic, event, payload], reply(okay({})));
      case 'push_me':
        return isMap(payload) ? frames(push('pushed', payload), reply(okay({}))) : crash();
      case 'order':
        return frames(push('p1', {}), [null, null, topic, 'b1', {}], push('p2', {}), reply(okay({})));
      case 'double_reply':
        if (ref === null) return crash();
        return frames(reply(okay({ n: 1 })), reply(okay({ n: 2 })));
      case 'stop':
        if (own(payload, 'reason') !== undefined || own(payload, 'reply') !== undefined) return null;
        return end(closing(channel, topic, 'phx_close', {}));
      case 'bad_push':
        return this.loose ? frames(push('bad', 'no map'), reply(okay({}))) : crash();
      default:
        return typeof event === 'string' && UNMODELLED.has(event) ? null : crash();
    }
  }
}

/** Events of the drill whose outcome takes time or other clients. */
const UNMODELLED = new Set(
  'block burn task await call ishout shout_from timeout exit flood grow monitor update_presence'.split(' '),
);

function handleBinary(
  message: ClientMessage,
  topic: string,
  channel: Joined,
  frames: (...list: Frame[]) => Effect,
  crash: () => Effect,
): Effect | null {
  const { ref, event } = message;
  const data = message.data ?? Buffer.alloc(0);
  const joinRef = textOf(channel.channelRef);
  const reply = (bytes: Uint8Array): string => hex(1, [joinRef, textOf(ref), topic, 'ok'], bytes);
  // Refs longer than a size byte can say crash whoever encodes them.
  if (Buffer.byteLength(joinRef) > 255) return null;
  switch (event) {
    case 'ping':
      return frames(reply(data));
    case 'noreply':
      return SILENCE;
    case 'bin':
      return frames(
        hex(0, [joinRef, topic, 'bin'], data),
        hex(2, [topic, 'bin'], data),
        reply(Buffer.concat([data, Buffer.from('!')])),
      );
    case 'shout':
      return frames(hex(2, [topic, 'shout'], data), [channel.channelRef, ref, topic, 'phx_reply', okay({})]);
    case 'crash':
      return crash();
    default:
      return typeof event === 'string' && (UNMODELLED.has(event) || KNOWN.has(event)) ? null : crash();
  }
}

const KNOWN = new Set('status push_me order double_reply stop bad_push'.split(' '));

function hex(kind: number, fields: readonly string[], data: Uint8Array): string {
  const parts = fields.map((field) => Buffer.from(field));
  return Buffer.concat([Buffer.from([kind, ...parts.map((part) => part.length)]), ...parts, data]).toString(
    'hex',
  );
}

function textOf(ref: unknown): string {
  return typeof ref === 'string' ? ref : '';
}

function closing(channel: Joined, topic: string, event: string, payload: unknown): Fields {
  return [channel.wireRef, channel.wireRef, topic, event, payload];
}

function inline(frame: Fields): Effect {
  return { owed: [{ stream: 'inline', frame }], quiet: false };
}

function okay(response: unknown): unknown {
  return { status: 'ok', response };
}

function failed(reason: string): unknown {
  return { status: 'error', response: { reason } };
}
