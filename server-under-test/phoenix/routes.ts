import type { ChannelModule } from './channel.ts';

/** Which channel serves which topics: an exact topic, or a prefix and one final `*`. */
export interface Route {
  readonly pattern: string;
  readonly module: ChannelModule;
  /** Merged over the socket's assigns at join. */
  readonly assigns?: Readonly<Record<string, unknown>>;
}

/** Whether a pattern covers a topic (phoenix-semantics 2.3). */
export function matchesTopic(pattern: string, topic: string): boolean {
  return pattern.endsWith('*') ? topic.startsWith(pattern.slice(0, -1)) : topic === pattern;
}

/** The first route in declaration order that covers the topic; clients may send topics that are no strings. */
export function findRoute(routes: readonly Route[], topic: unknown): Route | null {
  if (typeof topic !== 'string') return null;
  for (const route of routes) if (matchesTopic(route.pattern, topic)) return route;
  return null;
}
