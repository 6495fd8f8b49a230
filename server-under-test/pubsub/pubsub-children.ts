import { Supervisor, type ChildSpec } from '../otp/supervisor.ts';
import type { Runtime } from '../otp/runtime.ts';
import type { Mesh } from './mesh.ts';
import type { PubSub } from './pubsub.ts';

/**
 * The children of PubSub's own supervisor, which is rest_for_one, as Phoenix.PubSub.Supervisor has them (phoenix-semantics 3.7):
 *
 *     registry (one_for_all)   its partitions: one lost, all new, and every subscriber ends
 *     adapter (one_for_one)    a worker per shard: 3 crashes in 5 s are forgiven
 */
export function pubsubChildren(runtime: Runtime, pubsub: PubSub, mesh: Mesh): ChildSpec[] {
  const partitions = pubsub.registry.partitions.map<ChildSpec>((_, index) => ({
    id: `registry ${index}`,
    start: () => pubsub.registry.startPartition(index),
  }));
  const workers = Array.from({ length: mesh.poolSize }, (_, shard): ChildSpec => ({
    id: `mesh worker ${shard}`,
    start: () => mesh.startWorker(shard),
  }));
  return [
    {
      id: 'registry',
      type: 'supervisor',
      start: () => new Supervisor(runtime, partitions, { strategy: 'one_for_all' }),
    },
    { id: 'adapter', type: 'supervisor', start: () => new Supervisor(runtime, workers) },
  ];
}
