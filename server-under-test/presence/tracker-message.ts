import type { Slice } from './slice.ts';
import type { Clocks } from './state.ts';

/** What trackers of one name tell each other; JSON carries it as it is. */
export type TrackerMessage =
  /** Every period with something to tell, and now and then without. */
  | {
      readonly type: 'heartbeat';
      readonly replica: string;
      readonly delta: Slice | null;
      readonly clocks: Clocks;
    }
  /** Asks for what these clocks lack. */
  | { readonly type: 'transfer_req'; readonly replica: string; readonly clocks: Clocks }
  | { readonly type: 'transfer_ack'; readonly slices: readonly Slice[] }
  /** This life of the node ends now; nobody need wait for it. */
  | { readonly type: 'permdown'; readonly replica: string };
