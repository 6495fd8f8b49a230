/** The bundled server under a benchmark of the driver. */
import { realClock } from '../../harness/base/clock.ts';
import { startBundled } from '../../harness/target/bundled.ts';

export type Target = {
  url: string;
  port: number;
  channels(): Promise<number>;
  broadcast(topic: string, event: string, payload: unknown): Promise<void>;
  stop(): Promise<void>;
};

export async function startTarget(nodes: number): Promise<Target> {
  const server = await startBundled({
    clock: realClock,
    nodes,
    port: 0,
    controlPort: 0,
    nice: 0,
    // Peers are silent for longer than a minute, and nobody wants to be drained.
    flags: ['--idle-timeout-ms', '3600000', '--drain-shutdown-ms', '0'],
  });
  return {
    url: `${server.url}/websocket?vsn=2.0.0`,
    port: Number(new URL(server.url).port),
    async channels() {
      const answer = await fetch(`${server.control}/observer`);
      return ((await answer.json()) as { channels: number }).channels;
    },
    async broadcast(topic, event, payload) {
      const body = JSON.stringify({ topic, event, payload });
      const answer = await fetch(`${server.control}/broadcast`, { method: 'POST', body });
      if (!answer.ok) throw new Error(await answer.text());
    },
    stop: () => server.stop(),
  };
}

export function note(text: string): void {
  process.stderr.write(`  ${text}\n`);
}
