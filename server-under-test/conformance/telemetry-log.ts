import type { Telemetry } from '../telemetry/counters.ts';
import type { DrainCounts } from '../telemetry/event-metadata.ts';

/** What is kept of each event until somebody asks. */
const KEPT = 100;
const LOGS = new WeakMap<Telemetry, TelemetryLog>();

/** What `report:telemetry` answers a join with. */
export interface TelemetryReport {
  readonly socket_connected: ReadonlyArray<{ readonly result: string }>;
  readonly socket_drain: readonly DrainCounts[];
}

/** Results and measurements of events of one node, which the observer only counts (phoenix-semantics 7.1). */
export class TelemetryLog {
  private connected: Array<{ result: string }> = [];
  private drained: DrainCounts[] = [];

  private constructor(telemetry: Telemetry) {
    telemetry.attach('conformance socket_connected', telemetry.socketConnected, (_name, _times, { result }) =>
      keep(this.connected, { result }),
    );
    telemetry.attach('conformance socket_drain', telemetry.socketDrain, (_name, counts) =>
      keep(this.drained, counts),
    );
  }

  /** The one of a node; it listens from the first time on that it is asked for. */
  static of(telemetry: Telemetry): TelemetryLog {
    let log = LOGS.get(telemetry);
    if (log === undefined) LOGS.set(telemetry, (log = new TelemetryLog(telemetry)));
    return log;
  }

  /** The last hundred of each since it was asked before. */
  take(): TelemetryReport {
    const report = { socket_connected: this.connected, socket_drain: this.drained };
    this.connected = [];
    this.drained = [];
    return report;
  }
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > KEPT) list.shift();
}
