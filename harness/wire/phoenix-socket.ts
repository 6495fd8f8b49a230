/**
 * One client as phoenix.js behaves (phoenix-semantics 6): a connection that is
 * reopened by the ladder, heartbeats, channels that rejoin, replies by ref.
 * What it lives through is told to the `SocketObserver`; it measures nothing itself.
 */
import type { Clock } from '../base/clock.ts';
import type { TimerWheel } from '../base/timer-wheel.ts';
import { waitMs } from './back-off.ts';
import { ChannelSocket } from './channel-socket.ts';
import type { ClientProfile } from './client-profile.ts';
import type { PendingReplies } from './pending-reply.ts';
import type { RoughLink } from './rough-link.ts';
import type { SocketObserver } from './socket-observer.ts';
import type { CloseCause, ConnectionOwner, Endpoint, Transport, Upgrade } from './transport.ts';

/** What all clients of a process share. */
export type SocketWorld = {
  clock: Clock;
  wheel: TimerWheel;
  pending: PendingReplies;
  observer: SocketObserver;
  profile: ClientProfile;
  transport: Transport;
  /** A seeded number in [0, 1) for the client's next jitter. */
  draw(index: number): number;
  /** Where this client connects from and to, and what it asks for. */
  endpointOf(index: number): { endpoint: Endpoint; upgrade: Upgrade | Buffer };
  /** The link that a client's next connection goes over where a fault waits for it, null anywhere else. */
  linkOf?(index: number): RoughLink | null;
};

/**
 * `draining`: closes once what is unsent is out; `closing`: has closed, and gives
 * the peer its time before it reconnects; `waiting`: for the next reconnect.
 */
type Phase = 'idle' | 'connecting' | 'open' | 'draining' | 'closing' | 'waiting' | 'stopped';

const CONNECT_TIMEOUT = 'no answer in time';
const GIVEN_UP = 'given up by the client';
const NORMAL = 1000;
/** Teardown asks again after 150, 300, 450 and 600 ms, and then no more. */
const POLL_MS = 150;
const POLLS = 4;
/** All four of them: who answered no heartbeat answers no close either. */
const CLOSE_WAIT_US = 1_500_000;

export class PhoenixSocket extends ChannelSocket implements ConnectionOwner {
  /** Called at the next successful open, once. */
  onNextOpen: (() => void) | null = null;
  #phase: Phase = 'idle';
  /** When the attempt under way, or the next one, was due. */
  #connectDueUs = 0;
  /** Reconnects tried since it was last open, or polls of a teardown. */
  #tries = 0;
  /** When the connection was last lost; 0 once everything is joined again. */
  #lostAtUs = 0;
  /** From `connect` to `disconnect`. */
  #wanted = false;

  /**
   * Opens the connection, at first and after a `disconnect`; between them it is
   * its own business. `dueUs` is when it should have been opened.
   */
  connect(dueUs: number): void {
    if (this.#phase === 'stopped' || this.#wanted) return;
    // One that is still draining after a disconnect has to go first.
    this.connection?.close(NORMAL);
    this.connection?.reset(GIVEN_UP);
    this.#wanted = true;
    this.#open(dueUs);
  }

  #open(dueUs: number): void {
    const { endpointOf, observer, wheel, clock, profile, transport } = this.world;
    const { endpoint, upgrade } = endpointOf(this.index);
    this.#phase = 'connecting';
    this.#connectDueUs = dueUs;
    observer.connectStarted(this);
    wheel.arm(this, clock.nowUs() + profile.connectTimeoutMs * 1e3);
    const rough = this.world.linkOf?.(this.index) ?? null;
    this.connection = transport(endpoint, upgrade, this, profile.maxFrameBytes, rough);
  }

  /** As `socket.disconnect()`: closes when all is sent, and stays closed until `connect`. */
  disconnect(): void {
    if (this.#phase === 'stopped') return;
    this.#wanted = false;
    this.#tries = 0;
    this.world.wheel.cancel(this);
    if (!this.connection) this.#phase = 'idle';
    else if (this.connection.isOpen) this.#tearDown(this.world.clock.nowUs());
    else this.connection.reset(GIVEN_UP);
  }

  /** Ends the client: no reconnect, no more timers; the connection is cut with RST. */
  stop(): void {
    this.#phase = 'stopped';
    this.#wanted = false;
    this.connection?.reset('end of the run');
    this.world.wheel.cancel(this);
    for (const channel of this.channels) this.world.wheel.cancel(channel);
    for (let pending = this.firstPending; pending; pending = this.firstPending) {
      this.world.pending.take(pending.ref);
      this.world.observer.neverSent(pending, 'lost');
    }
  }

  /** Its one timer, for whatever its phase waits. */
  expire(nowUs: number): void {
    switch (this.#phase) {
      case 'connecting':
        return this.connection?.reset(CONNECT_TIMEOUT);
      case 'open':
        return this.#heartbeat(nowUs);
      case 'draining':
        return this.#drain(nowUs);
      case 'closing':
        this.connection?.reset(GIVEN_UP);
        return this.#reconnectLater(nowUs);
      case 'waiting':
        this.#tries += 1;
        return this.#open(nowUs);
      case 'idle':
      case 'stopped':
        return;
    }
  }

  #heartbeat(nowUs: number): void {
    this.request('heartbeat', null, 'heartbeat', '{}', nowUs, this.world.profile.heartbeatTimeoutMs);
  }

  #armHeartbeat(nowUs: number): void {
    const { heartbeatMs, heartbeatGridMs } = this.world.profile;
    if (heartbeatMs === null) return this.world.wheel.cancel(this);
    const dueUs = nowUs + heartbeatMs * 1e3;
    const gridUs = heartbeatGridMs * 1e3;
    this.world.wheel.arm(this, gridUs === 0 ? dueUs : Math.ceil(dueUs / gridUs) * gridUs);
  }

  heartbeatAnswered(nowUs: number): void {
    if (this.#phase === 'open') this.#armHeartbeat(nowUs);
  }

  /** Nobody there: phoenix.js closes and reconnects by the ladder (6.2); the two profiles in another order. */
  heartbeatTimedOut(nowUs: number): void {
    if (this.#phase !== 'open') return;
    if (this.world.profile.phoenixJs === '1.8.16') return this.#close(nowUs);
    for (const channel of this.channels) channel.connectionLost(nowUs);
    this.#tearDown(nowUs);
  }

  #tearDown(nowUs: number): void {
    this.#phase = 'draining';
    this.#tries = 0;
    this.#drain(nowUs);
  }

  #drain(nowUs: number): void {
    if (this.#tries === POLLS || this.connection?.bufferedBytes === 0) return this.#close(nowUs);
    this.#tries += 1;
    this.world.wheel.arm(this, nowUs + this.#tries * POLL_MS * 1e3);
  }

  #close(nowUs: number): void {
    this.#phase = 'closing';
    this.#tries = 0;
    if (this.#wanted) this.world.wheel.arm(this, nowUs + CLOSE_WAIT_US);
    this.connection?.close(NORMAL, this.#wanted ? 'heartbeat timeout' : '');
  }

  #reconnectLater(nowUs: number): void {
    const { profile, wheel, draw } = this.world;
    this.#phase = 'idle';
    if (profile.reconnectMs === null || !this.#wanted) return;
    this.#phase = 'waiting';
    const jitter = profile.reconnectJitter;
    const wait = waitMs(profile.reconnectMs, this.#tries, jitter, jitter === 0 ? 0 : draw(this.index));
    wheel.arm(this, nowUs + wait * 1e3);
  }

  onOpen(): void {
    const { clock, observer, profile } = this.world;
    const nowUs = clock.nowUs();
    this.#phase = 'open';
    this.#tries = 0;
    this.heardUs = nowUs;
    observer.connected(this, this.#connectDueUs, nowUs);
    this.flush(nowUs);
    this.#armHeartbeat(nowUs);
    let afterMs = 0;
    for (const channel of this.channels) {
      const isDue = channel.state === 'errored';
      channel.connectionOpened(afterMs, nowUs);
      if (isDue) afterMs += profile.rejoinSpreadMs;
    }
    const opened = this.onNextOpen;
    this.onNextOpen = null;
    opened?.();
    if (this.channels.length === 0) this.#lostAtUs = 0;
  }

  onClosed(cause: CloseCause): void {
    const { clock, observer, wheel, profile } = this.world;
    const nowUs = clock.nowUs();
    this.connection = null;
    this.loseReplies(null, cause.detail);
    for (const channel of this.channels) channel.connectionLost(nowUs);
    if (cause.refused) {
      const how = cause.detail === CONNECT_TIMEOUT ? 'timeout' : this.#wanted ? 'error' : 'lost';
      observer.connectEnded(how, cause, this.#connectDueUs, nowUs, this);
    } else {
      if (this.#lostAtUs === 0 && this.#wanted) this.#lostAtUs = cause.atUs ?? nowUs;
      observer.disconnected(this, cause, !this.#wanted, nowUs);
    }
    // Its timer is running, and reconnects.
    if (this.#phase === 'closing' && this.#wanted) return;
    wheel.cancel(this);
    if (this.#phase === 'stopped') return;
    // Up to 1.8.15 who is closed with 1000 believes it was meant.
    const isFinal = profile.phoenixJs === '1.8.15' && cause.code === NORMAL && !cause.refused;
    if (isFinal) this.#phase = 'idle';
    else this.#reconnectLater(nowUs);
  }

  /** Everything is joined again after a lost connection? */
  channelJoined(nowUs: number): void {
    if (this.#lostAtUs === 0) return;
    if (this.channels.some((channel) => channel.state === 'joining' || channel.state === 'errored')) return;
    this.world.observer.recovered(this, this.#lostAtUs, nowUs);
    this.#lostAtUs = 0;
  }
}
