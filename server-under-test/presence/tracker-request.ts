import type { Process } from '../otp/process.ts';
import type { Meta } from './entry.ts';

/** A new meta, or how to make it of the present one, `phx_ref` included. */
export type MetaUpdate = Meta | ((current: Meta) => Meta);

/** What can be asked of a tracker by GenServer.call. */
export type TrackerRequest =
  | {
      readonly op: 'track';
      readonly process: Process;
      readonly topic: string;
      readonly key: string;
      readonly meta: Meta;
    }
  | {
      readonly op: 'update';
      readonly process: Process;
      readonly topic: string;
      readonly key: string;
      readonly meta: MetaUpdate;
    }
  /** Without a key all that the process tracks, on whatever topic. */
  | {
      readonly op: 'untrack';
      readonly process: Process;
      readonly topic: string;
      readonly key: string | null;
    }
  | { readonly op: 'list'; readonly topic: string };

/** `{:ok, ref}`, `{:error, {:already_tracked, ...}}` or `{:error, :nopresence}` (phoenix-semantics 5.2). */
export type TrackResult =
  | { readonly tag: 'ok'; readonly ref: string }
  | { readonly tag: 'error'; readonly reason: 'already_tracked' | 'nopresence' };
