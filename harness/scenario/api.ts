/**
 * What a scenario file imports from 'firedrill': `scenario`, `fault`, `feed`,
 * and the types of the virtual client it drives.
 */
import type { Random } from '../base/random.ts';
import type { Duration } from '../base/units.ts';
import type { Drill } from './drill-shape.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Feed } from './feed.ts';
import type { Part, Result, Results, ThresholdName } from './finding.ts';
import type { Load } from './load-shape.ts';
import type { ServerSettings } from './server-settings.ts';

export { fault } from './fault.ts';
export { feed } from './feed.ts';
export type { FaultPlan, Duration, Random, Feed, Load, Result, ServerSettings };

/** A JSON value as it goes over the wire. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Payload = { [key: string]: Json };

/**
 * Labels of a measurement, by name (letters, digits, `_`, `-`, `.`); thresholds may ask for one of them:
 * `push_duration{kind:search}`. At most 64 different ones in a run.
 */
export type Tags = Readonly<Record<string, string>>;

/**
 * How a message ended. Never thrown: `timeout` means "cannot tell" (10 s without an
 * answer), `lost` that the connection or channel went away under it, `dropped`
 * that it could not be sent when it was due.
 */
export type Reply = {
  readonly status: 'ok' | 'error' | 'timeout' | 'lost' | 'dropped';
  /** The server's response, for ok and error; null otherwise. */
  readonly response: Json;
};

/** How waiting for an event ended. */
export type Arrived =
  | { readonly status: 'ok'; readonly payload: Json }
  | { readonly status: 'timeout' | 'lost'; readonly payload: null };

export type PushOptions = {
  /** Instead of the client's push timeout. */
  timeout?: Duration;
  /** Beside the client's own tags. */
  tags?: Tags;
};

/**
 * A topic of one client. It rejoins by itself after a crash or a reconnect, as
 * phoenix.js does. Outside a schedule (`every`, `pace`) a push before the join is
 * buffered as phoenix.js buffers it; a scheduled one that cannot be sent when it
 * is due is dropped and counted.
 */
export type Channel = {
  readonly topic: string;
  /** What the server answered to the last accepted join. */
  readonly response: Json;
  readonly isJoined: boolean;
  /** Joins; resolves with the first answer. A refused or unanswered join is retried all the same, as phoenix.js does. */
  join(): Promise<Reply>;
  /** Sends an event; latency counts from the moment it was due. */
  push(event: string, payload?: Payload, options?: PushOptions): Promise<Reply>;
  /** Sends an event that nobody answers, and waits for nothing. False when it could not be sent. */
  cast(event: string, payload?: Payload): boolean;
  /**
   * Pushes an event that the server broadcasts to the topic, stamped with
   * publisher, sequence and due time, so that every delivery to every joined
   * client of the run is expected, timed and counted.
   */
  publish(event: string, payload?: Payload, options?: PushOptions): Promise<Reply>;
  /** Calls the handler for each such event the server sends on this topic; a second handler joins the first. */
  on(event: string, handler: (payload: Json) => void): void;
  /** Removes the handlers of an event. */
  off(event: string): void;
  /**
   * Resolves with the next such event that `where` accepts, or as `timeout` after `within` (10 s).
   * One that came together with the answer just awaited counts as next.
   */
  next(event: string, options?: { within?: Duration; where?: (payload: Json) => boolean }): Promise<Arrived>;
  /** Leaves the topic for good; ok at once, as in phoenix.js. */
  leave(): void;
};

export type Handlers = Readonly<Record<string, (payload: Json) => void>>;

/** When a scheduled action falls due. */
export type Schedule = {
  /** Where in the interval the first one falls; without it clients are spread evenly over the interval. */
  phase?: Duration;
  /** `even` (default), or `poisson`: exponential gaps with the interval as their mean, from the seed. */
  spacing?: 'even' | 'poisson';
  /** Ends after so many. */
  times?: number;
};

/** The declared metrics; any name where none is declared. */
export type CounterName<Own extends string> = [Own] extends [never] ? string : Own;

/** One virtual client. Its connection is open when the scenario's `client` is called. */
export type User<Row = unknown, Own extends string = string> = {
  /** 0 … clients − 1, the same in every run. */
  readonly index: number;
  /** Clients of the whole run; with `stages` the highest of them, with `arrivals` as many as will arrive. */
  readonly clients: number;
  /** This client's row of the scenario's `feed`. */
  readonly row: Row;
  /** Seeded from the run's seed and the index. */
  readonly random: Random;
  /** Values of `-e KEY=VALUE`. */
  readonly env: Readonly<Record<string, string>>;
  /** True until the plan is over; a loop of think time and pushes asks it. */
  readonly isRunning: boolean;
  /** True while the connection is open. */
  readonly isConnected: boolean;
  /** Joins, and resolves when the server has accepted; refused or unanswered joins are retried as phoenix.js does. */
  join(topic: string, payload?: Payload, on?: Handlers): Promise<Channel>;
  /** A topic not joined yet, for handlers of the first events and for the answer of the join itself. */
  channel(topic: string, payload?: Payload): Channel;
  /**
   * Runs the action at fixed due times on the run's clock until the run ends.
   * Clients are spread evenly over the interval unless `phase` says when in it.
   */
  every(interval: Duration, action: () => unknown, schedule?: Schedule): Promise<void>;
  /** As `every`, at this client's even share of `load.rate` (or `--rate`). Open arrivals have none: give each its `every`. */
  pace(action: () => unknown, schedule?: Pick<Schedule, 'spacing'>): Promise<void>;
  /** Resolves when the ramp is over by the plan: the clients, or the rate of arrivals, were first at their highest. */
  ramped(): Promise<void>;
  /** Waits on the run's clock. */
  sleep(time: Duration): Promise<void>;
  /** Waits a random time between the two, from the client's seed. */
  think(least: Duration, most: Duration): Promise<void>;
  /** Labels everything this client measures from now on. */
  tag(name: string, value: string): void;
  /** Adds to a counter of the scenario's own; a scenario without `metrics` may count under any name. */
  count(metric: CounterName<Own>, by?: number): void;
  /** Records a value of a trend of the scenario's own, in its unit (ms unless declared otherwise). */
  record(metric: Own, value: number): void;
  /** Records whether something was so, for a rate of the scenario's own. */
  check(metric: Own, isSo: boolean): void;
  /** Sets a gauge of the scenario's own. */
  gauge(metric: Own, value: number): void;
  /** Closes the connection as `socket.disconnect()` does: no reconnect until `reconnect`. */
  disconnect(): void;
  /** Opens a connection that was closed by `disconnect`; resolves when it is open. */
  reconnect(): Promise<void>;
};

/** Texts by name, the same for all clients, or each client's own. */
export type PerClient<Value> = Value | ((index: number, random: Random) => Value);

/** A ladder of waits, the last one for ever; `jitter` 0.5 draws each wait from half to one and a half of it. */
export type Ladder = readonly Duration[] | { waits: readonly Duration[]; jitter: number };

/** How clients connect and behave; what is left out is as in phoenix.js. */
export type ConnectOptions = {
  /** Query parameters beside `vsn`; a feed gives each client its row. */
  params?: PerClient<Record<string, string>> | Feed<Record<string, string>>;
  /** Headers of the upgrade. */
  headers?: PerClient<Record<string, string>>;
  /** phoenix.js's `authToken`: sent as a subprotocol (phoenix-semantics 1.1). */
  authToken?: PerClient<string>;
  /** The phoenix.js whose habits the client has: up to 1.8.15 a close with 1000 ends it (6.2). */
  phoenixJs?: '1.8.15' | '1.8.16';
  /** Time between heartbeats (30 s). `false` sends none. */
  heartbeat?: Duration | false;
  /** How long a heartbeat's answer is waited for (as long as `heartbeat`). */
  heartbeatTimeout?: Duration;
  /** How long replies of pushes and joins are waited for (10 s). */
  pushTimeout?: Duration;
  /** How long a connection may take to open (10 s). */
  connectTimeout?: Duration;
  /** Waits before reconnecting (6.1). `false` never reconnects. */
  reconnect?: Ladder | false;
  /** Waits before rejoining a topic (6.1). `false` never rejoins. */
  rejoin?: Ladder | false;
  /** Waits between the joins of one client when its connection opens; none in phoenix.js. */
  rejoinSpread?: Duration;
  /** A frame larger than this ends the connection, in bytes (16 MiB). */
  maxFrameBytes?: number;
};

/** `'p(99)<250'`, or with the part of the run it looks at and its level. */
export type Threshold =
  | string
  | {
      expression: string;
      /** `all` (default), `steady` (no fault on), or a fault's kind. */
      during?: Part;
      level?: 'error' | 'warn';
      /** Ends the run (108) the first time it fails over the last ten seconds; looked at each second after the ramp. */
      abortOnFail?: boolean;
      /** When that is first looked at, from the end of the ramp (0 s). */
      delayAbortEval?: Duration;
    };

/** A metric of the scenario's own; a trend is in ms unless it says otherwise. */
export type OwnMetric =
  | 'counter'
  | 'rate'
  | 'gauge'
  | 'trend'
  | { kind: 'trend' | 'gauge'; unit: 'ms' | 'count' | 'bytes' };

/** Promises by metric, each kept or broken on its own. */
export type Thresholds<Own extends string = never> = {
  readonly [Name in ThresholdName<Own>]?: readonly Threshold[];
};

/** What a run goes by. */
export type Scenario<Row = unknown, Own extends string = string> = {
  /** One line: what it measures. */
  about: string;
  load: Load;
  connect?: ConnectOptions;
  /** One row for each client, in turn; `user.row`. */
  feed?: Feed<Row>;
  /** The life of one virtual client; its connection is open when it begins. */
  client(user: User<Row, Own>): unknown;
  faults?: readonly FaultPlan[];
  thresholds?: Thresholds<NoInfer<Own>>;
  /** Metrics of the script's own, by name; thresholds may name them too. */
  metrics?: Readonly<Record<Own, OwnMetric>>;
  /** Settings of the bundled server, where the run starts it. */
  server?: ServerSettings;
  /** What `firedrill drill` holds the system against. */
  drill?: Drill<NoInfer<Own>>;
};

type Life<Row, Own extends string> = Pick<Scenario<Row, Own>, 'client'>;

/** All but the client; names of metrics may be spread over a scenario and its variants. */
type Setting<Row, Own extends string> = Omit<Scenario<Row, Own>, 'client' | 'metrics'> & {
  metrics?: { readonly [Metric in Own]?: OwnMetric };
};

/** A field of a variant takes the place of the scenario's; what is left out is the scenario's. */
export type Variant<Row = unknown, Own extends string = string> = Partial<Setting<Row, Own>> &
  Partial<Life<Row, Own>>;

/** Number of a claim about Phoenix, of phoenix-semantics 9.1 (`B14`) or 9.2 (`A2`). */
export type Claim = `A${number}` | `B${number}`;

/** The size of `--small`, each as the flag of that name has it: a check of seconds. */
export type SmallSize = { clients?: number; duration?: Duration; ramp?: Duration; rate?: number };

/**
 * What a scenario file exports. With `variants` (a trouble and its remedy) it stands for a run of
 * each, in the order written; they share all they do not name.
 */
export type Definition<Row = unknown, Own extends string = string, Name extends string = string> = Setting<
  Row,
  Own
> & {
  /** The claims it measures. */
  claim?: Claim | readonly Claim[];
  small?: SmallSize;
  /** One line with the figures of its runs: one result for each variant, or `run`. Told when all of them are over. */
  finding?(results: Results<NoInfer<Own>, NoInfer<Name>>): string;
} & (
    | (Life<Row, Own> & { variants?: Readonly<Record<Name, Variant<Row, Own>>> })
    | {
        client?: never;
        variants: Readonly<Record<Name, Partial<Setting<Row, Own>> & Life<Row, Own>>>;
      }
  );

/** Declares a scenario; it is checked when the file is loaded, all problems at once. */
export function scenario<Row = unknown, Own extends string = never, Name extends string = never>(
  definition: Definition<Row, Own, Name>,
): [Name] extends [never] ? Scenario<Row, Own> : Definition<Row, Own, Name> {
  // Without variants it is the one run it stands for, and has a client.
  return definition as [Name] extends [never] ? Scenario<Row, Own> : Definition<Row, Own, Name>;
}
