/** What a fault is to the conductor: an `inject` that hands back its `lift`. */
import type { Hits } from '../base/hits.ts';
import type { FaultParams } from '../scenario/fault-spec.ts';
import type { PlannedFault } from '../scenario/plan.ts';
import type { Lab } from './kernel/lab.ts';

/** A fault of the bundled server, as its control port takes it. */
export type ServerFault = {
  kind: string;
  params: FaultParams;
  share: number;
  seed: number;
  /** It lifts itself after this long, even if the harness has died. */
  ttlMs: number;
};

/** What faults are done with. */
export type FaultHands = {
  seed: number;
  /** Injects into the bundled server and resolves with the fault's id there; rejects when it is refused. */
  injectServer(fault: ServerFault): Promise<string>;
  /**
   * Resolves with how many it has hit, null where the server does not say.
   * Rejects when it cannot be lifted; with a `FaultGone` when the server has no such fault any more.
   */
  liftServer(id: string): Promise<Hits | null>;
  /** Changes the share of a fault of the server, in place; resolves and rejects as `liftServer` does. */
  raiseServer(id: string, share: number): Promise<Hits | null>;
  /** Acts on the links of a share of the clients; resolves with how many were hit. */
  strike(order: {
    id: string;
    kind: string;
    params: FaultParams;
    seed: number;
    forMs: number;
  }): Promise<Hits>;
  /** A larger share of the clients: those that were hit stay so. Resolves with all that were hit by now. */
  raiseStrike(id: string, share: number): Promise<Hits>;
  /** Resolves once every link is as it was, with all that were hit; rejects when some worker does not answer. */
  liftStrike(id: string): Promise<Hits>;
  /** The network of the run's own; absent where no fault needs one. */
  lab?: Lab;
};

export type Lift = () => Promise<void>;

/** A fault that is on. */
export type Injected = {
  lift: Lift;
  /** Its id on the server, where it is on one. */
  handle?: string;
  /** Gives the parameter that rises (scenario/ramp.ts) another value, in place: whoever was hit stays so. */
  raise?(value: number): Promise<void>;
  /** How many it has hit by now; null where that is not known, absent where nobody counts. */
  hits?(): Hits | null;
};

export type Fault = {
  inject(fault: PlannedFault, hands: FaultHands): Promise<Injected>;
};

/** A fault that was over before its time: there is nothing left to lift, only something to tell. */
export class FaultGone extends Error {
  override readonly name = 'FaultGone';
}

/** A server fault outlives its window by this much at most when nobody lifts it. */
const TTL_MARGIN_MS = 5_000;

/** Injects a planned fault into the bundled server, with its parameters as the control port names them. */
export function injectPlanned(fault: PlannedFault, hands: FaultHands, params: FaultParams): Promise<string> {
  const { kind, share, forMs } = fault;
  // The server draws with 32 bits; a run's seed may have more.
  const seed = hands.seed % 2 ** 32;
  return hands.injectServer({ kind, params, share, seed, ttlMs: forMs + TTL_MARGIN_MS });
}

/** A fault the bundled server carries out alone; `paramsOf` names its parameters as the control port does. */
export function askedOfServer(paramsOf: (params: FaultParams) => FaultParams): Fault {
  return {
    async inject(fault, hands) {
      const id = await injectPlanned(fault, hands, paramsOf(fault.params));
      let hits: Hits | null = null;
      return {
        async lift() {
          // What it said on the way up is not what it has hit by now.
          hits = null;
          hits = await hands.liftServer(id);
        },
        handle: id,
        async raise(share) {
          hits = await hands.raiseServer(id, share);
        },
        hits: () => hits,
      };
    },
  };
}
