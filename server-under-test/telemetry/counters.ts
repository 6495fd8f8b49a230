/** One named count that only grows. */
export class Counter {
  readonly name: string;
  value = 0;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * The events of one node. Names under `phoenix.` are Phoenix's own (phoenix-semantics 7.1); `firedrill.` is ours.
 */
export class Telemetry {
  readonly socketConnected = new Counter('phoenix.socket_connected');
  readonly channelJoined = new Counter('phoenix.channel_joined');
  readonly channelHandledIn = new Counter('phoenix.channel_handled_in');
  readonly socketDrain = new Counter('phoenix.socket_drain');
  readonly broadcasts = new Counter('firedrill.broadcasts');
  readonly encodes = new Counter('firedrill.encodes');
  readonly fastlaneSends = new Counter('firedrill.fastlane_sends');
  readonly interceptSends = new Counter('firedrill.intercept_sends');
  readonly staleMessages = new Counter('firedrill.stale_messages');
  readonly refusedUpgrades = new Counter('firedrill.refused_upgrades');
  readonly sendTimeouts = new Counter('firedrill.send_timeouts');
  private readonly exits = new Map<string, Counter>();

  /** Counts one end of a process of `kind`; `reasonClass` comes from a closed set. */
  countExit(kind: string, reasonClass: string): void {
    const name = `firedrill.exits.${kind}.${reasonClass}`;
    let counter = this.exits.get(name);
    if (counter === undefined) this.exits.set(name, (counter = new Counter(name)));
    counter.value += 1;
  }

  /** All counts by event name. */
  snapshot(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const counter of Object.values(this)) {
      if (counter instanceof Counter) counts[counter.name] = counter.value;
    }
    for (const counter of this.exits.values()) counts[counter.name] = counter.value;
    return counts;
  }
}
