import { SLOW_SERVER, SlowServer } from './channels/slow-server.ts';
import { privateRoom, room } from './channels/room.ts';
import { handshakeRules, type ServerConfig } from './config.ts';
import { Switchboard } from './faults/switchboard.ts';
import type { Clock } from './otp/clock.ts';
import { Runtime } from './otp/runtime.ts';
import { Table } from './otp/table.ts';
import { Connections } from './phoenix/connections.ts';
import type { EndpointContext } from './phoenix/context.ts';
import { closeAll, drainChannels } from './phoenix/drainer.ts';
import { Endpoint } from './phoenix/endpoint.ts';
import type { Route } from './phoenix/routes.ts';
import { Interference } from './phoenix/interference.ts';
import { Broadcast } from './pubsub/broadcast.ts';
import { Mesh } from './pubsub/mesh.ts';
import { PubSub } from './pubsub/pubsub.ts';
import { Telemetry } from './telemetry/counters.ts';
import { LoopLag } from './telemetry/loop-lag.ts';
import { snapshotNode, type NodeSnapshot } from './telemetry/observer.ts';

/** The channels of the drill contract. */
export const DRILL_ROUTES: readonly Route[] = [
  { pattern: 'room:*', module: room },
  { pattern: 'private:*', module: privateRoom },
  { pattern: 'lobby', module: room },
];

/** What a node is made of. */
export interface ApplicationParts {
  readonly config: ServerConfig;
  readonly clock: Clock;
  readonly node: number;
  /** Other channels than the drill's. */
  readonly routes?: readonly Route[];
}

/**
 * One node, started top to bottom and stopped bottom to top:
 *
 *     Application
 *     ├─ Runtime      clock, scheduler, names
 *     ├─ Telemetry, LoopLag
 *     ├─ Table drill  outlives every channel
 *     ├─ PubSub ── Mesh (worker, one socket per other node)
 *     ├─ SlowServer   named `slow`
 *     ├─ Switchboard  faults
 *     └─ Endpoint     listens last: nobody joins a half-built node
 *          └─ Transport per connection ── Channel per joined topic (temporary, never restarted)
 */
export class Application {
  readonly context: EndpointContext;
  readonly mesh: Mesh;
  readonly faults: Switchboard;
  private readonly config: ServerConfig;
  private readonly clock: Clock;
  private readonly endpoint: Endpoint;
  private readonly lag: LoopLag;

  constructor(parts: ApplicationParts) {
    const { config, clock, node } = parts;
    this.config = config;
    this.clock = clock;
    const runtime = new Runtime(clock, node);
    const telemetry = new Telemetry();
    const pubsub = new PubSub(runtime, telemetry);
    this.lag = new LoopLag(clock);
    this.context = {
      runtime,
      telemetry,
      pubsub,
      connections: new Connections(clock, config.idleTimeoutMs),
      routes: parts.routes ?? DRILL_ROUTES,
      interference: new Interference(),
      tables: new Map([['drill', new Table('drill')]]),
      limits: {
        maxChannels: config.maxChannels,
        frames: { frameBytes: config.maxFrameBytes, fragmentedBytes: config.maxFragmentedBytes },
        sendTimeoutMs: config.sendTimeoutMs,
        evictionMs: config.evictionMs,
      },
      channels: 0,
    };
    this.mesh = new Mesh(runtime, pubsub);
    pubsub.adapter = this.mesh;
    runtime.register(SLOW_SERVER, new SlowServer(runtime));
    this.faults = new Switchboard(this.context);
    this.endpoint = new Endpoint(this.context, handshakeRules(config));
  }

  /** Opens the port; resolves with its number. */
  listen(port: number): Promise<number> {
    return this.endpoint.listen({ host: this.config.host, port, shared: true });
  }

  /** Endpoint.broadcast from outside any channel. */
  broadcast(topic: string, event: string, payload: unknown): void {
    this.context.pubsub.broadcast(Broadcast.of(topic, event, payload));
  }

  /** Drains the channels; connections without one live on. */
  drain(): Promise<void> {
    const { drainBatchSize, drainBatchIntervalMs } = this.config;
    return drainChannels(this.context, { batchSize: drainBatchSize, batchIntervalMs: drainBatchIntervalMs });
  }

  /** Drains, gives busy channels up to `graceMs`, then closes what is left and the listener. */
  async stop(graceMs: number): Promise<void> {
    const endMs = this.clock.nowMs() + graceMs;
    await Promise.race([this.drain(), this.pause(graceMs)]);
    while (this.context.channels > 0 && this.clock.nowMs() < endMs) await this.pause(10);
    closeAll(this.context);
    this.endpoint.close();
    this.mesh.close();
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
      tables: tables.values(),
      connections: connections.count,
      channels,
      loopLagMs: this.lag.worstMs,
    });
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.after(ms, resolve));
  }
}
