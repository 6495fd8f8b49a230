import { CountedPauses } from './counted-pauses.ts';
import type { FaultKind } from './fault.ts';
import { numberIn } from './order-params.ts';
import { isSelected } from './selection.ts';

/** connect/3 takes longer: that upgrade is answered late, and nobody else waits (phoenix-semantics 2.2, 3.1). It counts upgrades. */
export const slowConnect: FaultKind = {
  kind: 'slow_connect',
  about: 'connect/3 takes delay_ms more, for a share of the connections',
  params: { delay_ms: { type: 'ms', required: true } },
  hits: 'connections',

  inject(order, target) {
    const delayMs = numberIn(order, 'delay_ms');
    const { clock, node } = target.runtime;
    const pauses = new CountedPauses(clock);
    const clear = target.interference.connects.add(() => {
      // A connection has no name yet: it goes by its number since the fault began.
      const isHit = isSelected(`${node}/${pauses.next()}`, order.share, order.seed);
      return isHit ? pauses.start(delayMs) : null;
    });
    return pauses.standing(clear);
  },
};
