import { joinedChannels } from './channel-choice.ts';
import { FaultRefused, over, type FaultKind } from './fault.ts';
import { isHitNode, pick } from './node-choice.ts';

/**
 * A PubSub Registry partition dies, and every subscriber with it: all channels of the node (phoenix-semantics 3.5, 3.8, A21).
 *
 * It counts those channels. One that traps exits stays, subscribed to nothing.
 */
export const registryPartitionKill: FaultKind = {
  kind: 'registry_partition_kill',
  about:
    'kills one PubSub Registry partition of one node, once; its supervisor starts it again, so there is nothing to lift',
  params: {},
  once: true,
  hits: 'channels',

  inject(order, target) {
    const { channels } = target;
    if (!isHitNode(target, order.seed)) return over(0, channels);
    const living = target.pubsub.registry.partitions.filter(({ alive }) => alive);
    const partition = pick(living, 'partition', order.seed);
    if (partition === undefined) throw new FaultRefused('no registry partition runs here');
    // Those of the other partitions go a moment later: their supervisor is one_for_all (phoenix-semantics 3.7).
    const taken = joinedChannels(target).filter(
      ({ registered, trapsExits }) => registered !== null && !trapsExits,
    );
    partition.signal('kill', null);
    return over(taken.length, channels);
  },
};
