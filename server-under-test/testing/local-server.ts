import { Application, type ApplicationParts } from '../application.ts';
import { drillApp, drillRoutes, type NodeApp } from '../app/drill-app.ts';
import { drillSocket } from '../channels/drill-socket.ts';
import type { ServerConfig } from '../config.ts';
import { withDefaults } from '../config/defaults.ts';
import { systemClock } from '../otp/clock.ts';
import type { Route } from '../phoenix/routes.ts';
import { Probe } from './probe.ts';

/** One node inside the test's own process, on a free port, with the probes it opened. */
export class LocalServer {
  readonly app: Application;
  port = 0;
  private readonly probes: Probe[] = [];

  /** `extra` channels stand beside the drill's. */
  constructor(overrides: Partial<ServerConfig> = {}, extra: readonly Route[] = [], node = 0) {
    const config = withDefaults({ logLevel: 'none', ...overrides });
    const parts = { config, clock: systemClock, node };
    if (extra.length === 0) {
      this.app = new Application(parts);
    } else {
      const app: ApplicationParts['app'] = (lent): NodeApp => ({
        ...drillApp(lent),
        socket: drillSocket([...extra, ...drillRoutes(lent.presence)], config.secret),
      });
      this.app = new Application({ ...parts, app });
    }
  }

  static async start(
    overrides: Partial<ServerConfig> = {},
    extra: readonly Route[] = [],
  ): Promise<LocalServer> {
    const server = new LocalServer(overrides, extra);
    server.port = await server.app.listen(0);
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/socket`;
  }

  /** A connected V2 client. */
  async connect(query = 'vsn=2.0.0'): Promise<Probe> {
    const probe = await Probe.open(`${this.url}/websocket?${query}`);
    this.probes.push(probe);
    return probe;
  }

  /** A client that has joined a topic with join_ref "1". */
  async joined(topic: string, payload: unknown = {}, query = 'vsn=2.0.0'): Promise<Probe> {
    const probe = await this.connect(query);
    await probe.join('1', topic, payload);
    return probe;
  }

  async stop(): Promise<void> {
    for (const probe of this.probes) probe.drop();
    await this.app.stop(0);
  }
}
