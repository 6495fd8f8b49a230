/**
 * What a scenario file imports from 'firedrill': `scenario`, `fault`, and the
 * types of the virtual client it drives.
 */
import type { Random } from '../base/random.ts';
import type { Duration } from '../base/units.ts';
import type { FaultPlan } from './fault-plan.ts';

export { fault } from './fault-plan.ts';
export type { FaultPlan, Duration, Random };

/** A JSON value as it goes over the wire. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Payload = { [key: string]: Json };

/**
 * How a push ended. Never thrown: `timeout` means "cannot tell" (10 s without an
 * answer), `lost` that the connection or channel went away under it, `dropped`
 * that it could not be sent when it was due.
 */
export type Reply = {
  status: 'ok' | 'error' | 'timeout' | 'lost' | 'dropped';
  /** The server's response, for ok and error. */
  response: Json;
};

/** A joined topic. It rejoins by itself after a crash or a reconnect, as phoenix.js does. */
export type Channel = {
  readonly topic: string;
  /** Sends an event; latency counts from the moment it was due. */
  push(event: string, payload?: Payload): Promise<Reply>;
  /**
   * Pushes an event that the server broadcasts to the topic, stamped with
   * publisher, sequence and due time, so that every delivery to every joined
   * client of the run is expected, timed and counted.
   */
  publish(event: string, payload?: Payload): Promise<Reply>;
  /** Calls the handler for each such event the server sends on this topic. */
  on(event: string, handler: (payload: Json) => void): void;
  /** Leaves the topic for good. */
  leave(): void;
};

/** One virtual client. Its connection is open when the scenario's `client` is called. */
export type User = {
  /** 0 … clients − 1, the same in every run. */
  readonly index: number;
  /** Clients of the whole run. */
  readonly clients: number;
  /** Seeded from the run's seed and the index. */
  readonly random: Random;
  /** Values of `-e KEY=VALUE`. */
  readonly env: Readonly<Record<string, string>>;
  /** Resolves when the server has accepted; a refused or unanswered join is retried as phoenix.js does. */
  join(topic: string, payload?: Payload): Promise<Channel>;
  /**
   * Runs the action at fixed due times on the run's clock until the run ends.
   * Clients are spread evenly over the interval unless `phase` says when in it.
   */
  every(interval: Duration, action: () => unknown, options?: { phase?: Duration }): Promise<void>;
  /** As `every`, at this client's even share of `load.rate`. */
  pace(action: () => unknown): Promise<void>;
  /** Resolves when the ramp is over: the last client has arrived, by the plan. */
  ramped(): Promise<void>;
  /** Waits on the run's clock. */
  sleep(time: Duration): Promise<void>;
  /** Adds to a counter metric of the scenario's own. */
  count(metric: string, by?: number): void;
};

export type Load = {
  clients: number;
  /** Time over which the clients arrive, evenly. */
  ramp: Duration;
  /** Time from the last arrival to the end. */
  hold: Duration;
  /** Pushes per second of all clients together, for `user.pace`. */
  rate?: number;
};

/** How clients open their connection. */
export type ConnectOptions = {
  /** Query parameters beside `vsn`; a function gives each client its own. */
  params?: Record<string, string> | ((index: number) => Record<string, string>);
  /** Time between heartbeats and until one is given up; phoenix.js has 30 s. `false` sends none. */
  heartbeat?: Duration | false;
};

/** `'p(99)<250'`, or with the part of the run it looks at and its level. */
export type Threshold =
  | string
  | {
      expression: string;
      /** `all` (default), `steady` (no fault on), or a fault's kind. */
      during?: string;
      level?: 'error' | 'warn';
    };

export type Scenario = {
  /** One line: what it measures. */
  about: string;
  load: Load;
  connect?: ConnectOptions;
  client(user: User): unknown;
  faults?: readonly FaultPlan[];
  thresholds?: Readonly<Record<string, readonly Threshold[]>>;
  /** Names the script hands to `user.count`, so that thresholds may name them too. */
  counters?: readonly string[];
};

/** Declares a scenario; it is checked when the file is loaded, all problems at once. */
export function scenario(definition: Scenario): Scenario {
  return definition;
}
