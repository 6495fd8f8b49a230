import type { EndpointContext } from '../phoenix/context.ts';

/** Checked parameters by name. */
export type FaultParams = Readonly<Record<string, string | number | undefined>>;

/** One fault in force: what, on whom, for how long. */
export interface FaultOrder {
  readonly id: string;
  readonly kind: string;
  readonly params: FaultParams;
  /** 0..1 of the candidates, picked by seed. */
  readonly share: number;
  readonly seed: number;
  /** It lifts itself after so long, also when nobody is left to lift it; null means never. */
  readonly ttlMs: number | null;
}

/** What a parameter must be; `ms` is a non-negative number of milliseconds. */
export type ParamType = 'ms' | 'text';

export interface ParamRule {
  readonly type: ParamType;
  readonly required: boolean;
}

/** A kind of fault: its parameters, and how to inject it. `inject` returns its own lift. */
export interface FaultKind {
  readonly kind: string;
  readonly about: string;
  readonly params: Readonly<Record<string, ParamRule>>;
  inject(order: FaultOrder, target: EndpointContext): () => void;
}
