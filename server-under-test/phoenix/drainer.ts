import type { Channel } from './channel-server.ts';
import type { EndpointContext } from './context.ts';
import { DRAIN } from './notices.ts';

/** How a drain is spread (phoenix-semantics 2.1). */
export interface DrainPace {
  readonly batchSize: number;
  readonly batchIntervalMs: number;
}

/** Sends phx_drain to every channel, in chunks; resolves when the last chunk went out (phoenix-semantics 2.12). */
export async function drainChannels(context: EndpointContext, pace: DrainPace): Promise<void> {
  const channels: Channel[] = [];
  for (const transport of context.connections.all()) {
    for (const channel of transport.channels?.values() ?? []) channels.push(channel);
  }
  for (let start = 0; start < channels.length; start += pace.batchSize) {
    if (start > 0) {
      await new Promise<void>((resolve) => void context.runtime.clock.after(pace.batchIntervalMs, resolve));
    }
    context.telemetry.socketDrain.value += 1;
    for (const channel of channels.slice(start, start + pace.batchSize)) channel.send(DRAIN);
  }
}

/** The server goes: what was not drained gets Bandit's 1000 at once (phoenix-semantics 1.10). */
export function closeAll(context: EndpointContext): void {
  for (const transport of context.connections.all()) transport.stop({ shutdown: 'closed' }, 1000);
}
