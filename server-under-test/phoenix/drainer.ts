import type { Clock } from '../otp/clock.ts';
import type { Channel } from './channel-server.ts';
import type { EndpointContext } from './context.ts';
import { DRAIN } from './notices.ts';

/** How a drain is spread (phoenix-semantics 2.1). */
export interface DrainPace {
  readonly batchSize: number;
  readonly batchIntervalMs: number;
}

/**
 * Sends phx_drain to every channel, in chunks; resolves when the last chunk went out (phoenix-semantics 2.12). After `limitMs`,
 * the drainer's shutdown, what has not been told is not told any more.
 */
export async function drainChannels(
  context: EndpointContext,
  channels: readonly Channel[],
  pace: DrainPace,
  limitMs = Infinity,
): Promise<void> {
  const { clock } = context.runtime;
  const endMs = clock.nowMs() + limitMs;
  const total = channels.length;
  const rounds = Math.floor(total / pace.batchSize) + 1;
  for (let start = 0, index = 1; start < total; start += pace.batchSize, index += 1) {
    if (start > 0) {
      const leftMs = endMs - clock.nowMs();
      if (leftMs > 0) await pause(clock, Math.min(pace.batchIntervalMs, leftMs));
      if (leftMs <= pace.batchIntervalMs) return;
    }
    const chunk = channels.slice(start, start + pace.batchSize);
    for (const channel of chunk) channel.send(DRAIN);
    noteChunk(context, { count: chunk.length, total, index, rounds }, pace.batchIntervalMs);
  }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
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
