/** A client on a clock that stands still, whose server is the test. */
import { ManualClock } from '../../base/clock.ts';
import { TimerWheel } from '../../base/timer-wheel.ts';
import type { ClientChannel } from '../client-channel.ts';
import { PHOENIX_JS, type ClientProfile } from '../client-profile.ts';
import { PendingReplies } from '../pending-reply.ts';
import { PhoenixSocket, type SocketWorld } from '../phoenix-socket.ts';
import type { Endpoint, Upgrade } from '../transport.ts';
import { ClientLog } from './client-log.ts';
import { fakeTransport, type FakeLink } from './fake-link.ts';

const ENDPOINT: Endpoint = { host: '127.0.0.1', port: 4000, localAddress: null, tls: null };
const UPGRADE: Upgrade = { host: '127.0.0.1:4000', path: '/socket/websocket', headers: {}, protocols: [] };

export class ClientScene {
  readonly clock = new ManualClock(1_000_000_000);
  readonly wheel = new TimerWheel(this.clock);
  readonly log = new ClientLog();
  readonly links: FakeLink[] = [];
  /** What `world.draw` gives next. */
  drawn = 0.5;
  readonly world: SocketWorld;
  readonly socket: PhoenixSocket;

  constructor(profile: Partial<ClientProfile> = {}) {
    this.world = {
      clock: this.clock,
      wheel: this.wheel,
      pending: new PendingReplies(this.wheel),
      observer: this.log,
      profile: { ...PHOENIX_JS, ...profile },
      transport: fakeTransport((link) => this.links.push(link)),
      draw: () => this.drawn,
      endpointOf: () => ({ endpoint: ENDPOINT, upgrade: UPGRADE }),
    };
    this.socket = new PhoenixSocket(this.world, 0);
  }

  /** The connection of now, open or not. */
  get link(): FakeLink {
    const link = this.links.at(-1);
    if (!link) throw new Error('nothing has connected');
    return link;
  }

  connect(): this {
    this.socket.connect(this.clock.nowUs());
    return this;
  }

  open(): this {
    this.connect();
    this.link.open();
    return this;
  }

  /** A topic that the server has let the client join. */
  joined(topic = 'room:a'): ClientChannel {
    const channel = this.socket.addChannel(topic, '{}');
    this.link.reply(this.link.last('phx_join'));
    return channel;
  }

  advanceMs(ms: number): void {
    this.clock.advanceUs(ms * 1_000);
  }

  nowMs(): number {
    return this.clock.nowUs() / 1_000 - 1_000_000;
  }
}
