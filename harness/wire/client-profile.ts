/**
 * The habits of a client: every timer, ladder and reaction that phoenix.js has
 * (phoenix-semantics 6.1, 6.2), and the few it has not but a scenario may try.
 * There is no page: what phoenix.js does while one is hidden never happens here.
 */
export type ClientProfile = {
  /** Whose reactions: the last release before the connection layer was rewritten, or the one after. */
  phoenixJs: '1.8.15' | '1.8.16';
  vsn: '2.0.0' | '1.0.0';
  /** From the opening, or the last answer, to the next heartbeat; null sends none. */
  heartbeatMs: number | null;
  /**
   * Heartbeats fall due on multiples of it, up to so much later: those of a crowd go out together, where
   * one by one each would wake the process, and the server, for itself. 0 is to the millisecond.
   */
  heartbeatGridMs: number;
  /** How long a heartbeat's answer is waited for. */
  heartbeatTimeoutMs: number;
  /** How long replies of pushes and joins are waited for. */
  pushTimeoutMs: number;
  /** How long a connection may take to open; phoenix.js leaves this to the browser. */
  connectTimeoutMs: number;
  /** Waits before reconnecting, the last one for ever; null never reconnects. */
  reconnectMs: readonly number[] | null;
  /** 0.5 draws each wait from half to one and a half of it. */
  reconnectJitter: number;
  /** Waits before a topic is joined again, the last one for ever; null never rejoins. */
  rejoinMs: readonly number[] | null;
  rejoinJitter: number;
  /** Wait between the rejoins of one client when its connection opens; 0 sends them all at once. */
  rejoinSpreadMs: number;
  /** A message beyond this ends the connection with 1009. */
  maxFrameBytes: number;
};

/** phoenix.js as it comes. */
export const PHOENIX_JS: ClientProfile = {
  phoenixJs: '1.8.16',
  vsn: '2.0.0',
  heartbeatMs: 30_000,
  heartbeatGridMs: 0,
  heartbeatTimeoutMs: 30_000,
  pushTimeoutMs: 10_000,
  connectTimeoutMs: 10_000,
  reconnectMs: [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000, 5_000],
  reconnectJitter: 0,
  rejoinMs: [1_000, 2_000, 5_000, 10_000],
  rejoinJitter: 0,
  rejoinSpreadMs: 0,
  maxFrameBytes: 16 * 1_048_576,
};
