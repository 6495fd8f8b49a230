/**
 * One worker process's share of the load: clients i, i + n, i + 2n … of the
 * plan's absolute schedule, their ledger, and a window a second to the conductor.
 */
import type { Clock } from '../base/clock.ts';
import { TimerWheel, WheelTimer } from '../base/timer-wheel.ts';
import { parseDurationMs } from '../base/units.ts';
import { LINK_FAULTS } from '../faults/link/catalogue.ts';
import { Recorder } from '../measure/recorder.ts';
import { Witness } from '../measure/witness.ts';
import { arrivalDueUs, clientIndexOf, clientsOf } from '../scenario/arrivals.ts';
import type { ConnectOptions, Scenario } from '../scenario/api.ts';
import { PendingReplies } from '../wire/pending-reply.ts';
import type { SocketWorld } from '../wire/phoenix-socket.ts';
import { encodeWindow } from './delta-codec.ts';
import type { Gauges } from './gauges.ts';
import { Ledger } from './ledger.ts';
import type { Answer, Order, WorkerPlan } from './orders.ts';
import type { Pipe } from './pipe.ts';
import { VirtualClient } from './virtual-client.ts';
import { describeThrown, WorkerRuntime } from './worker-runtime.ts';

const PUSH_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 30_000;
const LAG_PROBE_US = 20_000;
/** Connections begun in one go, about a millisecond of work. */
const ARRIVALS_AT_ONCE = 10;

/** Calls back when it falls due: for the few timers of a worker that are no client's. */
class Callback extends WheelTimer {
  readonly #run: (nowUs: number) => void;
  constructor(run: (nowUs: number) => void) {
    super();
    this.#run = run;
  }
  expire(nowUs: number): void {
    this.#run(nowUs);
  }
}

export class Worker {
  readonly #clock: Clock;
  readonly #pipe: Pipe;
  readonly #scenario: Scenario;
  readonly #runtime: WorkerRuntime;
  readonly #world: SocketWorld;
  readonly #wheel: TimerWheel;
  readonly #witness = new Witness();
  readonly #ledger: Ledger;
  readonly #recorder = new Recorder();
  readonly #clients: VirtualClient[] = [];
  readonly #planned: number;
  readonly #lifts = new Map<string, () => void>();
  readonly #arrivals = new Callback((nowUs) => this.#arrive(nowUs));
  readonly #windowEnd = new Callback(() => this.#endWindow());
  #window = 0;
  #joined = 0;
  #everConnected = 0;
  #everJoined = 0;
  #allJoinedAtUs = -1;
  #cpu = process.cpuUsage();
  #threw = false;
  #lagDueUs = 0;

  constructor(clock: Clock, pipe: Pipe, plan: WorkerPlan, scenario: Scenario) {
    this.#clock = clock;
    this.#pipe = pipe;
    this.#scenario = scenario;
    this.#wheel = new TimerWheel(clock);
    this.#ledger = new Ledger(clock, this.#wheel, this.#recorder, this.#witness);
    this.#ledger.onClientChange = (index, nowUs) => this.#clientChanged(index, nowUs);
    this.#planned = clientsOf(plan.worker, plan.workers, plan.clients);
    this.#world = {
      clock,
      wheel: this.#wheel,
      pending: new PendingReplies(this.#wheel),
      observer: this.#ledger,
      timers: {
        pushTimeoutMs: PUSH_TIMEOUT_MS,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        heartbeatMs: heartbeatMs(scenario.connect?.heartbeat),
      },
      endpointOf: (index) => this.#endpointOf(index),
    };
    this.#runtime = new WorkerRuntime(plan, this.#world, this.#recorder, (error, client) =>
      this.#scenarioThrew(error, client),
    );
  }

  /** Obeys one order of the conductor. */
  obey(order: Order): void {
    switch (order.type) {
      case 'start':
        return this.#start(order.startUs);
      case 'strike':
        return this.#strike(order);
      case 'lift':
        return this.#lift(order.id);
      case 'learn':
        for (const { topic, event, publisher, sequence, dueUs } of order.published) {
          this.#witness.learn(topic, event, publisher, sequence, dueUs);
        }
        return;
      case 'stop':
        this.#runtime.stopped = true;
        this.#wheel.cancel(this.#arrivals);
        return;
      case 'finish':
        return this.#finish();
      case 'plan':
        throw new Error('a second plan');
    }
  }

  #endpointOf(index: number): ReturnType<SocketWorld['endpointOf']> {
    const { target } = this.#runtime.plan;
    const params = this.#scenario.connect?.params;
    const own = typeof params === 'function' ? params(index) : params;
    const query = own ? `&${new URLSearchParams(own).toString()}` : '';
    const addresses = target.sourceAddresses;
    return {
      endpoint: {
        host: target.host,
        port: target.port,
        localAddress: addresses.length === 0 ? null : addresses[index % addresses.length]!,
      },
      host: `${target.host}:${target.port}`,
      path: target.path + query,
    };
  }

  #start(startUs: number): void {
    const { plan } = this.#runtime;
    this.#runtime.startUs = startUs;
    this.#runtime.endUs = startUs + plan.totalMs * 1e3;
    this.#armArrival();
    this.#wheel.arm(this.#windowEnd, startUs + 1e6);
    this.#probeLag();
  }

  #indexOf(nth: number): number {
    const { worker, workers } = this.#runtime.plan;
    return clientIndexOf(nth, worker, workers);
  }

  #dueOf(nth: number): number {
    const { plan, startUs } = this.#runtime;
    return startUs + arrivalDueUs(this.#indexOf(nth), plan.clients, plan.rampMs * 1e3);
  }

  #armArrival(): void {
    if (this.#clients.length < this.#planned && !this.#runtime.stopped) {
      this.#wheel.arm(this.#arrivals, this.#dueOf(this.#clients.length));
    }
  }

  #arrive(nowUs: number): void {
    const { plan } = this.#runtime;
    let opened = 0;
    while (this.#clients.length < this.#planned && this.#dueOf(this.#clients.length) <= nowUs) {
      opened += 1;
      if (opened > ARRIVALS_AT_ONCE || this.#ledger.connecting >= plan.connectsAtOnce) {
        // A burst of arrivals must not make a send late; and the listen queue is no place to wait:
        // an overflow there costs a second of SYN retry.
        this.#wheel.arm(this.#arrivals, nowUs + 1_000);
        return;
      }
      const dueUs = this.#dueOf(this.#clients.length);
      const client = new VirtualClient(this.#runtime, this.#indexOf(this.#clients.length));
      this.#clients.push(client);
      client.socket.onFirstOpen = () => {
        this.#everConnected += 1;
        this.#runtime.run(client.index, () => this.#scenario.client(client));
      };
      client.socket.connect(dueUs);
    }
    this.#armArrival();
  }

  #clientChanged(index: number, nowUs: number): void {
    const client = this.#clients[Math.floor(index / this.#runtime.plan.workers)];
    if (!client) return;
    const { socket } = client;
    const isJoined =
      socket.isOpen && socket.channels.length > 0 && socket.channels.every((c) => c.state === 'joined');
    if (isJoined === client.isJoined) return;
    client.isJoined = isJoined;
    this.#joined += isJoined ? 1 : -1;
    if (!isJoined) return;
    if (!client.wasJoined) {
      client.wasJoined = true;
      this.#everJoined += 1;
    }
    if (this.#joined === this.#planned && this.#allJoinedAtUs < 0) {
      this.#allJoinedAtUs = nowUs - this.#runtime.startUs;
    }
  }

  #probeLag(): void {
    this.#lagDueUs = this.#clock.nowUs() + LAG_PROBE_US;
    this.#clock.at(this.#lagDueUs, () => {
      this.#recorder.trend('loop_lag').record(this.#clock.nowUs() - this.#lagDueUs);
      this.#probeLag();
    });
  }

  #endWindow(): void {
    this.#sendWindow();
    this.#window += 1;
    this.#wheel.arm(this.#windowEnd, this.#runtime.startUs + (this.#window + 1) * 1e6);
  }

  #sendWindow(): void {
    const { published } = this.#runtime;
    this.#runtime.published = [];
    const window = {
      delta: this.#recorder.takeDelta(this.#window),
      gauges: this.#gauges(),
      published,
      tallies: this.#witness.takeChanged(),
    };
    this.#pipe.sendWindow(encodeWindow(window));
  }

  #gauges(): Gauges {
    const cpu = process.cpuUsage();
    const cpuUs = cpu.user + cpu.system - this.#cpu.user - this.#cpu.system;
    this.#cpu = cpu;
    const { pending } = this.#world;
    return {
      connected: this.#ledger.open,
      joined: this.#joined,
      everConnected: this.#everConnected,
      everJoined: this.#everJoined,
      allJoinedAtUs: this.#allJoinedAtUs,
      inFlightConnect: this.#ledger.connecting,
      inFlightJoin: pending.count('join'),
      inFlightPush: pending.count('push'),
      inFlightHeartbeat: pending.count('heartbeat'),
      cpuUs,
      rssBytes: process.memoryUsage.rss(),
      waiting: this.#witness.waiting(this.#clock.nowUs() - 30e6),
    };
  }

  #strike(order: Extract<Order, { type: 'strike' }>): void {
    const fault = LINK_FAULTS[order.kind];
    if (!fault) throw new Error(`no link fault ${order.kind}`);
    const targets = this.#clients.map(({ index, socket }) => ({ index, socket }));
    const { clients, lift } = fault.strike(
      targets,
      { wheel: this.#wheel, clock: this.#clock, forMs: order.forMs, seed: order.seed },
      order.params,
    );
    this.#lifts.set(order.id, lift);
    this.#answer({ type: 'struck', id: order.id, clients });
  }

  #lift(id: string): void {
    this.#lifts.get(id)?.();
    this.#lifts.delete(id);
    this.#answer({ type: 'lifted', id });
  }

  #scenarioThrew(error: unknown, client: number): void {
    if (this.#threw) return;
    this.#threw = true;
    this.#answer({ type: 'threw', client, ...describeThrown(error) });
  }

  #finish(): void {
    this.#runtime.stopped = true;
    this.#wheel.cancel(this.#windowEnd);
    // What is still in flight stays so in the books: this window is read before anything is cut.
    this.#sendWindow();
    this.#answer({ type: 'done', causes: [...this.#ledger.causes] });
    this.#pipe.end();
    for (const { socket } of this.#clients) socket.stop();
    this.#wheel.stop();
    setImmediate(() => process.exit(0));
  }

  #answer(answer: Answer): void {
    this.#pipe.send(answer);
  }
}

function heartbeatMs(heartbeat: ConnectOptions['heartbeat']): number | null {
  if (heartbeat === false) return null;
  return heartbeat === undefined ? HEARTBEAT_MS : (parseDurationMs(heartbeat) ?? HEARTBEAT_MS);
}
