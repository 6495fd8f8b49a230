import { Application } from '../application.ts';
import { withDefaults } from '../config/defaults.ts';
import { systemClock } from '../otp/clock.ts';
import { Logger } from '../telemetry/logger.ts';
import { Probe } from './probe.ts';
import type { AppDefinition } from '../app/definition.ts';
import { application } from '../app/definition.ts';
import { userApp } from '../app/user-app.ts';

/** One node of an application inside the test's own process, with its log and the probes it opened. */
export class AppServer {
  /** What its workers logged. */
  readonly lines: string[] = [];
  readonly node: Application;
  private readonly probes: Probe[] = [];
  private port = 0;

  constructor(definition: AppDefinition, secret: string | null = null) {
    const config = withDefaults({ logLevel: 'none' });
    const logger = new Logger({ clock: systemClock, write: (line) => void this.lines.push(line) });
    const app = application(definition);
    this.node = new Application({
      config,
      clock: systemClock,
      node: 0,
      app: (lent) => userApp(app, { ...lent, logger, secret }),
    });
  }

  static async start(definition: AppDefinition, secret: string | null = null): Promise<AppServer> {
    const server = new AppServer(definition, secret);
    server.port = await server.node.listen(0);
    return server;
  }

  /** A connected V2 client. */
  async connect(query = ''): Promise<Probe> {
    const probe = await Probe.open(`ws://127.0.0.1:${this.port}/socket/websocket?vsn=2.0.0${query}`);
    this.probes.push(probe);
    return probe;
  }

  /** A client that has joined a topic with join_ref "1". */
  async joined(topic: string, payload: unknown = {}): Promise<Probe> {
    const probe = await this.connect();
    await probe.join('1', topic, payload);
    return probe;
  }

  async stop(): Promise<void> {
    for (const probe of this.probes) probe.drop();
    await this.node.stop(0);
  }
}
