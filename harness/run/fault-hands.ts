/** What the faults of a run are done with: the target's control port, the workers, the network. */
import type { Clock } from '../base/clock.ts';
import type { Conductor } from '../drive/conductor.ts';
import type { FaultHands } from '../faults/fault.ts';
import { LeasedFaults } from '../faults/server/lease.ts';
import { ControlPort } from '../target/control-port.ts';
import type { OpenTarget } from './open-target.ts';

/** Lends faults to the target's server; null where there is no control port to ask. */
export function leasesOf(
  { control, controlToken }: Pick<OpenTarget, 'control' | 'controlToken'>,
  clock: Clock,
): LeasedFaults | null {
  return control === null ? null : new LeasedFaults(clock, new ControlPort(control, controlToken));
}

/** Through these a fault reaches whatever it acts on. */
export function handsOf(
  target: OpenTarget,
  faults: LeasedFaults | null,
  conductor: Conductor,
  seed: number,
): FaultHands {
  const needFaults = (): LeasedFaults => {
    if (!faults) throw new Error('the target has no control port');
    return faults;
  };
  return {
    seed,
    injectServer: async (fault) => needFaults().inject(fault),
    liftServer: async (id) => needFaults().lift(id),
    raiseServer: async (id, share) => needFaults().raise(id, share),
    strike: (order) => conductor.strike(order),
    raiseStrike: (id, share) => conductor.raise(id, share),
    liftStrike: (id) => conductor.lift(id),
    ...(target.ground.lab ? { lab: target.ground.lab } : {}),
  };
}
