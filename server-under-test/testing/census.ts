import type { Application } from '../application.ts';

/** What a node holds; two of these are equal when clients came and went and left nothing behind. */
export interface Census {
  readonly processes: number;
  readonly connections: number;
  readonly channels: number;
  readonly subscriptions: number;
  readonly waiting: number;
  readonly runQueue: number;
  readonly rows: Readonly<Record<string, number>>;
}

/** Counts a node; subscriptions of the named topics, which only the caller knows. */
export function censusOf(app: Application, topics: Iterable<string>): Census {
  const { runtime, pubsub, connections, channels, tables } = app.context;
  let subscriptions = 0;
  for (const topic of topics) subscriptions += pubsub.subscriptionsOf(topic).length;
  const rows: Record<string, number> = {};
  for (const [name, table] of tables) rows[name] = table.rows;
  return {
    processes: runtime.processes,
    connections: connections.count,
    channels,
    subscriptions,
    waiting: runtime.scheduler.waiting,
    runQueue: runtime.scheduler.runQueue,
    rows,
  };
}
