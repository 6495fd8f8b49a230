import { Process, type ProcessKind } from '../otp/process.ts';
import type { Runtime } from '../otp/runtime.ts';
import type { Fanned } from './fanned.ts';
import type { PubSub } from './pubsub.ts';

/**
 * Takes what other nodes sent to topics one by one, as a shard of the PG2 adapter does: a flood waits here, not in the event loop.
 *
 * A payload no encoder takes ends it, here where somebody needs the encoding, not at the broadcaster (phoenix-semantics 4.4).
 */
export class MeshWorker extends Process {
  private readonly pubsub: PubSub;

  constructor(runtime: Runtime, pubsub: PubSub) {
    super(runtime);
    this.pubsub = pubsub;
  }

  override get kind(): ProcessKind {
    return 'server';
  }

  /** Only the mesh sends here. */
  protected override receive(message: unknown): void {
    this.pubsub.deliver(message as Fanned);
  }

  protected override ended(): void {}
}
