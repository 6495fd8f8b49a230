import { Telemetry } from '../telemetry/counters.ts';
import type { FaultKind } from './fault.ts';

/** Events that still come once a node runs, but the one that tells of the raise itself. */
const EVENTS = new Telemetry()
  .events()
  .map(({ key }) => key)
  .filter((key) => key !== 'phoenix.endpoint.init' && key !== 'telemetry.handler.failure');

/** A handler raises and is detached: the only thing that breaks is what it measured (phoenix-semantics 7.1). It counts handlers. */
export const telemetryRaise: FaultKind = {
  kind: 'telemetry_raise',
  about:
    'a handler of the event raises at the next one; telemetry detaches it and counts telemetry.handler.failure',
  params: { event: { type: 'choice', required: true, of: EVENTS } },
  hits: 'handlers',

  inject(order, { telemetry }) {
    const id = `fault ${order.id}`;
    const events = telemetry.events().filter(({ key }) => key === order.params['event']);
    let raised = 0;
    telemetry.attachMany(id, events, () => {
      raised = 1;
      throw new Error('a fault raised this');
    });
    return {
      lift: () => void telemetry.detach(id),
      count: () => raised,
      of: () => 1,
    };
  },
};
