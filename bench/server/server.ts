/** The bundled server under a benchmark: one node, its figures from its own observer and the kernel. */
import { realClock } from '../../harness/base/clock.ts';
import { startBundled, type BundledServer } from '../../harness/target/bundled.ts';

type Observed = {
  nodes: Array<{ os_pid: number }>;
  memory: { rss: number };
  mailbox: { sum: number; max: number };
  telemetry: Record<string, number>;
};

export class Server {
  private readonly bundled: BundledServer;
  readonly port: number;
  /** Of its one node. */
  readonly pid: number;

  private constructor(bundled: BundledServer, pid: number) {
    this.bundled = bundled;
    this.port = Number(new URL(bundled.url).port);
    this.pid = pid;
  }

  static async start(): Promise<Server> {
    const bundled = await startBundled({
      clock: realClock,
      nodes: 1,
      port: 0,
      controlPort: 0,
      nice: 0,
      // The clients of these benchmarks are silent for longer than a minute.
      flags: ['--idle-timeout-ms', '3600000', '--drain-shutdown-ms', '0'],
    });
    const observed = await observe(bundled.control);
    return new Server(bundled, observed.nodes[0]?.os_pid ?? 0);
  }

  observe(): Promise<Observed> {
    return observe(this.bundled.control);
  }

  async broadcast(topic: string, event: string, payload: unknown): Promise<void> {
    const body = JSON.stringify({ topic, event, payload });
    const answer = await fetch(`${this.bundled.control}/broadcast`, { method: 'POST', body });
    if (!answer.ok) throw new Error(await answer.text());
  }

  stop(): Promise<void> {
    return this.bundled.stop();
  }
}

async function observe(control: string): Promise<Observed> {
  const answer = await fetch(`${control}/observer`);
  return (await answer.json()) as Observed;
}
