/** What a drill adds to `summary.json`: its steady state, look by look. Times count from the first arrival. */
import type { ThresholdResult } from './run-record.ts';

/** `cannot tell`: too little was measured; it is no deviation. */
export type LookStatus = 'held' | 'deviated' | 'cannot tell';

/** One expression of the hypothesis in one look. */
export type DrillProbe = Pick<
  ThresholdResult,
  'metric' | 'expression' | 'actual' | 'limit' | 'unit' | 'reason'
> & {
  status: LookStatus;
};

/** One look at the steady state, over whole seconds that had been measured by then. */
export type DrillLook = {
  when: 'before' | 'during' | 'after';
  fromMs: number;
  untilMs: number;
  /** Deviated when one of them did, held when all did. */
  status: LookStatus;
  probes: DrillProbe[];
};

/** How many looks there were between the first and the last, and how they ended. */
export type LookCounts = { looks: number; held: number; deviated: number; cannotTell: number };

/** A fault that was still on when the drill ended, and was left so. */
export type LeftFault = {
  /** Its id within the run. */
  fault: string;
  name: string;
  /** From the first arrival; null where it ends with the run. */
  untilMs: number | null;
  /** What ends it when nobody does. */
  endsBy: string;
  /** The command that ends it now; null where there is nothing left to end. */
  byHand: string | null;
};

export type DrillSummary = {
  check: string;
  windowMs: number;
  rollback: string;
  hypothesis: { metric: string; expression: string }[];
  /** Of all looks that were wanted. */
  status: LookStatus;
  /** When it was first seen to have broken; null when it was not. */
  deviatedAtMs: number | null;
  /** No fault was injected: it had not held before the first, or could not be told. */
  stoppedBefore: boolean;
  /** Before, the one during the faults that says most (the first that deviated, else the tightest), after. */
  looks: DrillLook[];
  /** Null where none was wanted during the faults. */
  during: LookCounts | null;
  left: LeftFault[];
};
