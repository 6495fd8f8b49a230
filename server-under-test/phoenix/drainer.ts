import type { Channel } from './channel-server.ts';
import type { EndpointContext } from './context.ts';
import { DRAIN } from './notices.ts';

/** How a drain is spread (phoenix-semantics 2.1). */
export interface DrainPace {
  readonly batchSize: number;
  readonly batchIntervalMs: number;
}

/** Sends phx_drain to every channel, in chunks; resolves when the last chunk went out (phoenix-semantics 2.12). */
export async function drainChannels(
  context: EndpointContext,
  channels: readonly Channel[],
  pace: DrainPace,
): Promise<void> {
  const total = channels.length;
  const rounds = Math.floor(total / pace.batchSize) + 1;
  for (let start = 0, index = 1; start < total; start += pace.batchSize, index += 1) {
    if (start > 0) {
      await new Promise<void>((resolve) => void context.runtime.clock.after(pace.batchIntervalMs, resolve));
    }
    const chunk = channels.slice(start, start + pace.batchSize);
    for (const channel of chunk) channel.send(DRAIN);
    noteChunk(context, { count: chunk.length, total, index, rounds }, pace.batchIntervalMs);
  }
}

interface Chunk {
  readonly count: number;
  readonly total: number;
  readonly index: number;
  readonly rounds: number;
}

function noteChunk(context: EndpointContext, chunk: Chunk, interval: number): void {
  const { telemetry, socket } = context;
  telemetry.socketDrain.execute(chunk, { endpoint: 'Endpoint', socket: socket.name, interval, log: 'info' });
}
