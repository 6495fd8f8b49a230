import { drillApp, type NodeApp } from './app/drill-app.ts';
import type { NodeParts } from './app/node-parts.ts';
import { handshakeRules, SOCKET_PATH, type ServerConfig } from './config.ts';
import { Switchboard } from './faults/switchboard.ts';
import type { Clock } from './otp/clock.ts';
import { formatPid } from './otp/pid.ts';
import { Runtime } from './otp/runtime.ts';
import type { Supervisor } from './otp/supervisor.ts';
import { Table } from './otp/table.ts';
import { Channel } from './phoenix/channel-server.ts';
import { Connections } from './phoenix/connections.ts';
import type { EndpointContext } from './phoenix/context.ts';
import { drainChannels } from './phoenix/drainer.ts';
import { Endpoint } from './phoenix/endpoint.ts';
import { Interference } from './phoenix/interference.ts';
import { LongPoll } from './phoenix/long-poll/long-poll.ts';
import { Sessions } from './phoenix/long-poll/sessions.ts';
import { profileOf } from './phoenix/profile.ts';
import { signingKey } from './phoenix/signed-token.ts';
import { Presence } from './presence/presence.ts';
import { Broadcast } from './pubsub/broadcast.ts';
import { Mesh } from './pubsub/mesh.ts';
import { PubSub } from './pubsub/pubsub.ts';
import { Telemetry } from './telemetry/counters.ts';
import { Logger } from './telemetry/logger.ts';
import { LoopLag } from './telemetry/loop-lag.ts';
import { snapshotNode, type NodeSnapshot } from './telemetry/observer.ts';
import { attachPhoenixLines } from './telemetry/phoenix-lines.ts';
import { describeTree, startTree } from './tree.ts';

const UNSTARTED = undefined as never;
const COWBOY_POLL_MS = 1_000;
const COWBOY_DRAIN_MS = 5_000;
/** How long drained channels have to act on it before the server closes what is left. */
const SETTLE_MS = 500;

/** What a node is made of. */
export interface ApplicationParts {
  readonly config: ServerConfig;
  readonly clock: Clock;
  readonly node: number;
  /** Another application than the drill's own; asked once the node has what it lends. */
  readonly app?: (node: NodeParts) => NodeApp;
  /** A seeded draw in [0, 1); the stutter of presence heartbeats comes from it. */
  readonly draw?: () => number;
}

/**
 * One node. Its processes are started from top to bottom and stopped from bottom to top; /observer shows the same tree.
 *
 *     application                  one_for_one
 *     ├─ pubsub                    rest_for_one
 *     │  ├─ registry               one_for_all
 *     │  │  └─ registry 0          subscriptions; linked to every channel
 *     │  └─ adapter                one_for_one
 *     │     └─ mesh worker 0       takes what other nodes broadcast
 *     ├─ presence                  rest_for_one
 *     │  └─ tracker                one_for_one
 *     │     └─ presence_shard0     linked to every tracked channel
 *     ├─ workers                   one_for_one
 *     │  └─ slow                   the server that channels call
 *     ├─ tasks                     Task.Supervisor: temporary tasks
 *     └─ endpoint                  one_for_one
 *        ├─ channels               one process per joined topic: temporary, never restarted
 *        ├─ long-poll sessions     finds the session of a poll
 *        └─ connections            one process per WebSocket or long-poll session
 *
 * The listener opens when all of them run: nobody joins a half-built node.
 */
export class Application {
  readonly context: EndpointContext;
  readonly mesh: Mesh;
  readonly presence: Presence;
  readonly faults: Switchboard;
  readonly tree: Supervisor;
  private readonly config: ServerConfig;
  private readonly clock: Clock;
  private readonly endpoint: Endpoint;
  private readonly lag: LoopLag;
  private sessions: Sessions | null = null;

  constructor(parts: ApplicationParts) {
    const { config, clock, node } = parts;
    this.config = config;
    this.clock = clock;
    const runtime = new Runtime(clock, node);
    const logger = new Logger({ level: config.logLevel, clock, metadata: { node: `node${node}` } });
    const telemetry = new Telemetry(logger, clock);
    attachPhoenixLines(telemetry, logger);
    const pubsub = new PubSub(runtime, telemetry, { poolSize: config.pubsubPoolSize });
    this.mesh = new Mesh(runtime, pubsub, { poolSize: config.pubsubPoolSize });
    pubsub.adapter = this.mesh;
    this.presence = new Presence({
      runtime,
      pubsub,
      distribution: this.mesh,
      draw: parts.draw ?? (() => (node * 0.37) % 1),
      periods: {
        broadcastMs: config.presenceBroadcastPeriodMs,
        downMs: config.presenceDownMs,
        permdownMs: config.presencePermdownMs,
      },
    });
    const lent = { runtime, presence: this.presence, pubsub, logger, secret: config.secret };
    const app = parts.app?.(lent) ?? drillApp(lent);
    this.context = {
      runtime,
      telemetry,
      logger,
      pubsub,
      distribution: this.mesh,
      socket: app.socket,
      profile: profileOf(config.server, config.phoenixVersion),
      connections: new Connections(clock, config.idleTimeoutMs, config.server),
      interference: new Interference(),
      tables: new Map([['drill', new Table('drill')]]),
      limits: limitsOf(config),
      channels: 0,
      // The tree starts these three before anybody can ask for them.
      tasks: UNSTARTED,
      channelSupervisor: UNSTARTED,
      transportSupervisor: UNSTARTED,
    };
    const startSessions = (): Sessions => (this.sessions = new Sessions(runtime, this.mesh));
    this.tree = startTree({
      runtime,
      context: this.context,
      mesh: this.mesh,
      presence: this.presence,
      app,
      channelShutdownMs: config.channelShutdownMs,
      startSessions: config.longpoll ? startSessions : null,
    });
    this.faults = new Switchboard(this.context);
    this.endpoint = new Endpoint(this.context, handshakeRules(config), this.longPoll());
    this.lag = new LoopLag(clock);
    this.announce();
  }

  /** Opens the port; resolves with its number. */
  listen(port: number): Promise<number> {
    return this.endpoint.listen({ host: this.config.host, port, shared: true });
  }

  /** Calls back when the top supervisor gave up: the node is over. */
  onDown(callback: () => void): void {
    this.tree.onEnd({ processEnded: callback });
  }

  /** Endpoint.broadcast from outside any channel. */
  broadcast(topic: string, event: string, payload: unknown): void {
    this.context.pubsub.broadcast(Broadcast.of(topic, event, payload));
  }

  /** Drains the channels, for `limitMs` at most; connections without one live on. */
  drain(limitMs = Infinity): Promise<void> {
    const { drainBatchSize, drainBatchIntervalMs } = this.config;
    const pace = { batchSize: drainBatchSize, batchIntervalMs: drainBatchIntervalMs };
    return drainChannels(this.context, this.channels(), pace, limitMs);
  }

  /** Ends this node as Phoenix does: drains for `limitMs` at most, then the web server goes, then everything else (2.12). */
  async stop(limitMs: number): Promise<void> {
    await this.drain(limitMs);
    await this.until(() => this.context.runtime.scheduler.runQueue === 0, SETTLE_MS, 1);
    this.endpoint.suspend();
    if (this.config.server === 'cowboy') {
      await this.until(() => this.endpoint.requests === 0, COWBOY_DRAIN_MS, COWBOY_POLL_MS);
    }
    for (const transport of this.context.connections.all()) transport.serverStops();
    this.endpoint.close();
    this.mesh.close();
    await this.tree.stop('shutdown');
    this.context.connections.close();
    this.lag.stop();
    // The last close frames leave in the next turns of the loop.
    await this.pause(20);
  }

  snapshot(): NodeSnapshot {
    const { runtime, telemetry, tables, connections, channels } = this.context;
    return snapshotNode({
      name: `node${runtime.node}`,
      runtime,
      telemetry,
      tables: [...tables.values(), ...this.presence.tableSizes()],
      connections: connections.count + (this.sessions?.count ?? 0),
      channels,
      loopLagMs: this.lag.worstMs,
      supervisors: () => describeTree(this.tree),
    });
  }

  private channels(): Channel[] {
    const children = [...this.context.channelSupervisor.living()];
    return children.filter((child): child is Channel => child instanceof Channel && child.joined);
  }

  private longPoll(): LongPoll[] {
    const { config } = this;
    if (!config.longpoll) return [];
    const options = {
      path: `${SOCKET_PATH}/longpoll`,
      rules: handshakeRules(config),
      signingKey: signingKey(config.secretKeyBase, 'long poll'),
      windowMs: config.longpollWindowMs,
      pubsubTimeoutMs: config.pubsubTimeoutMs,
    };
    return [new LongPoll(this.context, () => this.sessions, options)];
  }

  private announce(): void {
    const { runtime, telemetry } = this.context;
    telemetry.endpointInit.execute(
      // Native units are nanoseconds.
      { system_time: this.clock.wallMs() * 1e6 },
      {
        pid: formatPid(runtime.node, this.tree.id),
        config: { host: this.config.publicHost, port: this.config.port },
        module: 'Endpoint',
        otp_app: 'firedrill',
      },
    );
  }

  private async until(condition: () => boolean, limitMs: number, everyMs: number): Promise<void> {
    const endMs = this.clock.nowMs() + limitMs;
    while (!condition() && this.clock.nowMs() < endMs) await this.pause(everyMs);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.after(ms, resolve));
  }
}

function limitsOf(config: ServerConfig): EndpointContext['limits'] {
  return {
    maxChannels: config.maxChannels,
    frames: { frameBytes: config.maxFrameBytes, fragmentedBytes: config.maxFragmentedBytes },
    sendTimeoutMs: config.sendTimeoutMs,
    evictionMs: config.evictionMs,
    hibernateAfterMs: config.hibernateAfterMs,
  };
}
