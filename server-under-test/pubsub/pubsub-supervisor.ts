import { Supervisor, type ChildSpec } from '../otp/supervisor.ts';
import type { Runtime } from '../otp/runtime.ts';
import type { Mesh } from './mesh.ts';
import type { PubSub } from './pubsub.ts';

/**
 * Starts what keeps PubSub alive, as Phoenix.PubSub.Supervisor does (phoenix-semantics 3.7):
 *
 *     PubSub (rest_for_one)
 *     ├─ Registry (one_for_all)   its partitions: one lost, all new, every subscriber ends
 *     └─ Adapter (one_for_one)    a worker per shard: 3 crashes in 5 s are forgiven
 */
export function startPubSubSupervisor(runtime: Runtime, pubsub: PubSub, mesh: Mesh): Supervisor {
  const partitions = pubsub.registry.partitions.map<ChildSpec>((_, index) => ({
    id: `partition${index}`,
    start: () => pubsub.registry.startPartition(index),
  }));
  const workers = Array.from({ length: mesh.poolSize }, (_, shard): ChildSpec => ({
    id: `worker${shard}`,
    start: () => mesh.startWorker(shard),
  }));
  return new Supervisor(
    runtime,
    [
      {
        id: 'registry',
        type: 'supervisor',
        start: () => new Supervisor(runtime, partitions, { strategy: 'one_for_all' }),
      },
      { id: 'adapter', type: 'supervisor', start: () => new Supervisor(runtime, workers) },
    ],
    { strategy: 'rest_for_one' },
  );
}
