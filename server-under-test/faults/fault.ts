import type { EndpointContext } from '../phoenix/context.ts';
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
  /** All of it is done at inject: there is nothing to take back, and more time changes nothing. */
  readonly once?: true;
}

/** A kind of fault: its parameters, and how to inject it. `inject` returns its own lift. */
export interface FaultKind extends FaultDescription {
  inject(order: FaultOrder, target: EndpointContext): () => void;
}

/** The code of a FaultRefused, also in the error of a node that answers with it. */
export const FAULT_REFUSED = 'fault_refused';

/** A fault this node cannot take, however well it was ordered: what it acts on is not here. */
export class FaultRefused extends Error {
  readonly code = FAULT_REFUSED;
}

/** The lift of a fault that is over when it begins. */
export function nothingToLift(): void {}
