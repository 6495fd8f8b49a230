import type { JoinDelay } from '../phoenix/interference.ts';
import { matchesTopic } from '../phoenix/routes.ts';
import type { FaultKind } from './fault.ts';
import { isSelected } from './selection.ts';

/** join/3 of matching topics takes longer, and its whole connection with it (phoenix-semantics 3.1). */
export const slowJoin: FaultKind = {
  kind: 'slow_join',
  about: 'join/3 waits delay_ms in the channel while its transport is held',
  params: { delay_ms: { type: 'ms', required: true }, topic: { type: 'text', required: false } },

  inject(order, target) {
    const delayMs = Number(order.params['delay_ms']);
    const pattern = String(order.params['topic'] ?? '*');
    const { node } = target.runtime;
    const delay: JoinDelay = (topic, transport) =>
      matchesTopic(pattern, topic) && isSelected(`${node}.${transport}/${topic}`, order.share, order.seed)
        ? delayMs
        : 0;
    target.interference.joinDelays.add(delay);
    return () => void target.interference.joinDelays.delete(delay);
  },
};
