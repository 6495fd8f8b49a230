import { FaultRefused, over, type FaultKind } from './fault.ts';
import { isHitNode, pick } from './node-choice.ts';

/** A presence tracker shard dies, and every channel it tracks with it, by their links (phoenix-semantics 3.5, case 65, A21). It counts them. */
export const trackerShardKill: FaultKind = {
  kind: 'tracker_shard_kill',
  about:
    'kills one presence tracker shard of one node, once; its supervisor starts it again, so there is nothing to lift',
  params: {},
  once: true,
  hits: 'channels',

  inject(order, target) {
    const { channels } = target;
    if (!isHitNode(target, order.seed)) return over(0, channels);
    const shards = [...target.runtime.all()].filter(({ kind }) => kind === 'tracker');
    const shard = pick(shards, 'shard', order.seed);
    if (shard === undefined) throw new FaultRefused('no tracker shard runs here');
    shard.signal('kill', null);
    // Whoever dies of its links is dead by now.
    return over(channels - target.channels, channels);
  },
};
