import { FaultRefused, nothingToLift, type FaultKind } from './fault.ts';
import { isHitNode, pick } from './node-choice.ts';

/** A PubSub Registry partition dies, and every subscriber with it: all channels of the node (phoenix-semantics 3.5, 3.8, A21). */
export const registryPartitionKill: FaultKind = {
  kind: 'registry_partition_kill',
  about:
    'kills one PubSub Registry partition of one node, once; its supervisor starts it again, so there is nothing to lift',
  params: {},
  once: true,

  inject(order, target) {
    if (!isHitNode(target, order.seed)) return nothingToLift;
    const living = target.pubsub.registry.partitions.filter(({ alive }) => alive);
    const partition = pick(living, 'partition', order.seed);
    if (partition === undefined) throw new FaultRefused('no registry partition runs here');
    partition.signal('kill', null);
    return nothingToLift;
  },
};
