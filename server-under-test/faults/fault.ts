import type { EndpointContext } from '../phoenix/context.ts';
import type { HitUnit } from './hits.ts';
import type { ParamRule } from './param-rule.ts';

/** Checked parameters by name. */
export type FaultParams = Readonly<Record<string, string | number | undefined>>;

/** One fault in force: what, on whom, for how long. */
export interface FaultOrder {
  readonly id: string;
  readonly kind: string;
  readonly params: FaultParams;
  /** 0..1 of the candidates, picked by seed. It may be changed while the fault is in force: to be read when it is needed. */
  readonly share: number;
  readonly seed: number;
  /** It lifts itself after so long, also when nobody is left to lift it; null means never. */
  readonly ttlMs: number | null;
}

/** A kind of fault in words: what an order for it may say. */
export interface FaultDescription {
  readonly kind: string;
  readonly about: string;
  readonly params: Readonly<Record<string, ParamRule>>;
  /** What it counts of those it hits. */
  readonly hits: HitUnit;
  /** All of it is done at inject: there is nothing to take back, and more time changes nothing. */
  readonly once?: true;
}

/** A fault that is on. */
export interface Standing {
  /** Takes it back. */
  readonly lift: () => void;
  /** How many it has hit by now, each once. */
  readonly count: () => number;
  /** How many it could have hit, those it has hit included; only where it knows without looking. */
  readonly of?: () => number;
  /** The same where it has to look at every channel: some milliseconds in which the node does nothing else. */
  readonly look?: () => number;
}

/** A kind of fault: its parameters, and how to inject it. */
export interface FaultKind extends FaultDescription {
  inject(order: FaultOrder, target: EndpointContext): Standing;
}

/** The code of a FaultRefused, also in the error of a node that answers with it. */
export const FAULT_REFUSED = 'fault_refused';

/** A fault this node cannot take, however well it was ordered: what it acts on is not here. */
export class FaultRefused extends Error {
  readonly code = FAULT_REFUSED;
}

/** A fault that is over when it has begun: so many of so many were hit, and there is nothing to lift. */
export function over(count: number, of: number): Standing {
  return { lift() {}, count: () => count, of: () => of };
}
