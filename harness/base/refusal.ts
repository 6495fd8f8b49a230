/** Why something was refused, not answered or lost: counted by kind from the workers to the report. */

/** A kind of refusal: who was refused or not answered, how, and in whose words. */
export type Refusal = {
  operation: 'connect' | 'join' | 'push' | 'heartbeat' | 'channel';
  /** With every run of digits as `#`; null where there is none. */
  topic: string | null;
  event: string | null;
  /** `error`, `timeout`, `lost`, `closed` or `crash`. */
  how: string;
  /** Short: `HTTP 403`, `{"reason":"unmatched topic"}`, `no reply`; at most 120 characters. */
  cause: string;
  count: number;
};
