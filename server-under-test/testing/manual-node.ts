import { Application } from '../application.ts';
import type { ServerConfig } from '../config.ts';
import { withDefaults } from '../config/defaults.ts';
import type { FaultOrder, FaultParams } from '../faults/fault.ts';
import { ManualClock } from '../otp/manual-clock.ts';
import { MemoryConnection } from './memory-connection.ts';

/** A node without sockets, on a clock that moves by hand. */
export class ManualNode {
  readonly clock = new ManualClock();
  readonly app: Application;

  constructor(config: Partial<ServerConfig> = {}) {
    this.app = new Application({
      config: withDefaults({ logLevel: 'none', ...config }),
      clock: this.clock,
      node: 0,
    });
  }

  /** A client that has joined these topics with join_ref "1"; the answers are taken. */
  async connect(topics: readonly string[] = [], userId: string | null = null): Promise<MemoryConnection> {
    const client = new MemoryConnection(this.app, userId);
    for (const topic of topics) client.send(['1', '1', topic, 'phx_join', {}]);
    await this.clock.settle();
    client.take();
    return client;
  }

  /** Puts a fault in force, on all candidates unless told; its id is its kind unless told. */
  inject(kind: string, params: FaultParams, more: Partial<FaultOrder> = {}): void {
    this.app.faults.inject({ id: kind, kind, params, share: 1, seed: 0, ttlMs: null, ...more });
  }

  /** How many a fault that is on has hit, of how many. */
  hits(id: string): [count: number, of: number | null] {
    const hits = this.app.faults.hits(id);
    if (hits === null) throw new Error(`no fault ${id} is on`);
    return [hits.count, hits.of];
  }

  /** Lifts a fault, and lets what follows from it happen. */
  async lift(id: string): Promise<boolean> {
    const wasOn = this.app.faults.lift(id) !== null;
    await this.clock.settle();
    return wasOn;
  }
}

/** The frame that tells of a crashed channel, joined with join_ref "1". */
export function crashed(topic: string): unknown[] {
  return ['1', '1', topic, 'phx_error', { reason: 'channel_crash' }];
}
