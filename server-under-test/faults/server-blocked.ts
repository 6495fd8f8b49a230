import { Pauses } from '../otp/pauses.ts';
import type { FaultKind } from './fault.ts';
import { numberIn } from './order-params.ts';
import { SERVER, serverName } from './server-choice.ts';

/** A named server takes longer for every request; callers give up, it works on for nobody (phoenix-semantics 3.4). It counts calls. */
export const serverBlocked: FaultKind = {
  kind: 'server_blocked',
  about: 'the server of that name takes delay_ms more for each call, one call after the other',
  params: { delay_ms: { type: 'ms', required: true }, server: SERVER },
  hits: 'calls',

  inject(order, { runtime }) {
    const delayMs = numberIn(order, 'delay_ms');
    const wanted = serverName(order, runtime);
    const pauses = new Pauses(runtime.clock);
    let calls = 0;
    const clear = runtime.answers.add((server) => {
      if (server.name !== wanted) return null;
      calls += 1;
      return pauses.start(delayMs, server);
    });
    return {
      lift() {
        clear();
        pauses.end();
      },
      // Those that wait behind are not hit yet.
      count: () => calls,
    };
  },
};
