/**
 * One worker process's share of the load: its sessions, their ledger, and a
 * window a second to the conductor.
 */
import type { Clock } from '../base/clock.ts';
import { TimerWheel, WheelTimer } from '../base/timer-wheel.ts';
import { Recorder } from '../measure/recorder.ts';
import { Witness } from '../measure/witness.ts';
import type { Scenario } from '../scenario/api.ts';
import type { SocketWorld } from '../wire/phoenix-socket.ts';
import { PendingReplies } from '../wire/pending-reply.ts';
import type { Transport } from '../wire/transport.ts';
import { Doorway, profileOf } from './client-settings.ts';
import { encodeWindow } from './delta-codec.ts';
import type { Gauges } from './gauges.ts';
import { Ledger } from './ledger.ts';
import type { Answer, HitClients, Order, WorkerPlan } from './orders.ts';
import { OpenTimeouts } from './open-timeouts.ts';
import { OwnLoad } from './own-load.ts';
import type { Pipe } from './pipe.ts';
import { Sessions } from './sessions.ts';
import { Strikes } from './strikes.ts';
import { describeThrown, WorkerRuntime } from './worker-runtime.ts';

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
  readonly #runtime: WorkerRuntime;
  readonly #world: SocketWorld;
  readonly #wheel: TimerWheel;
  readonly #witness = new Witness();
  readonly #timeouts: OpenTimeouts;
  readonly #ledger: Ledger;
  readonly #recorder = new Recorder();
  readonly #sessions: Sessions;
  readonly #load: OwnLoad;
  readonly #strikes: Strikes;
  readonly #windowEnd = new Callback(() => this.#endWindow());
  #window = 0;
  #threw = false;

  constructor(clock: Clock, pipe: Pipe, plan: WorkerPlan, scenario: Scenario, transport: Transport) {
    this.#clock = clock;
    this.#pipe = pipe;
    this.#wheel = new TimerWheel(clock);
    this.#load = new OwnLoad(clock, this.#recorder);
    this.#timeouts = new OpenTimeouts(this.#load.stalls);
    this.#strikes = new Strikes({ clock, wheel: this.#wheel }, (ref) => this.#timeouts.forged(ref));
    this.#ledger = new Ledger(clock, this.#wheel, this.#recorder, this.#witness, this.#timeouts);
    const connect = scenario.connect ?? {};
    const doorway = new Doorway(plan.target, connect, plan.seed);
    this.#world = {
      clock,
      wheel: this.#wheel,
      pending: new PendingReplies(this.#wheel),
      observer: this.#ledger,
      profile: profileOf(connect, plan.target.vsn, plan.maxFrameBytes, plan.clients),
      transport,
      draw: (index) => doorway.draw(index),
      endpointOf: (index) => doorway.endpointOf(index),
      linkOf: (index) => this.#strikes.linkOf(index),
    };
    this.#runtime = new WorkerRuntime(plan, scenario, this.#world, this.#recorder, (error, client) =>
      this.#scenarioThrew(error, client),
    );
    this.#sessions = new Sessions(this.#runtime, () => this.#ledger.connecting);
    this.#ledger.onClientChange = (index, nowUs) => this.#sessions.changed(index, nowUs);
  }

  /** Obeys one order of the conductor. */
  obey(order: Order): void {
    switch (order.type) {
      case 'start':
        return this.#start(order.startUs);
      case 'strike':
        return this.#strike(order, this.#strikes.begin(order, this.#sessions.present()));
      case 'raise':
        return this.#strike(order, this.#strikes.raise(order.id, order.share, this.#sessions.present()));
      case 'lift':
        return this.#strike(order, this.#strikes.lift(order.id));
      case 'learn':
        for (const { topic, event, publisher, sequence, dueUs } of order.published) {
          this.#witness.learn(topic, event, publisher, sequence, dueUs);
        }
        return;
      case 'stop':
        this.#sessions.stop(this.#clock.nowUs());
        this.#runtime.stopped = true;
        return;
      case 'finish':
        return this.#finish();
      case 'plan':
        throw new Error('a second plan');
    }
  }

  #start(startUs: number): void {
    this.#runtime.startUs = startUs;
    this.#runtime.endUs = startUs + this.#runtime.plan.totalMs * 1e3;
    this.#sessions.start();
    this.#wheel.arm(this.#windowEnd, startUs + 1e6);
    this.#load.start();
  }

  #endWindow(): void {
    this.#sendWindow();
    this.#window += 1;
    this.#timeouts.window = this.#window;
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
      causes: this.#timeouts.takeSettled(),
    };
    this.#pipe.sendWindow(encodeWindow(window));
  }

  #gauges(): Gauges {
    const { pending } = this.#world;
    const { joined, everConnected, everJoined, allJoinedAtUs } = this.#sessions;
    return {
      connected: this.#ledger.open,
      joined,
      everConnected,
      everJoined,
      allJoinedAtUs,
      inFlightConnect: this.#ledger.connecting,
      inFlightJoin: pending.count('join'),
      inFlightPush: pending.count('push'),
      inFlightHeartbeat: pending.count('heartbeat'),
      bufferedPush: pending.buffered('push'),
      cpuUs: this.#load.takeCpuUs(),
      rssBytes: this.#load.rssBytes(),
      waiting: this.#witness.waiting(this.#clock.nowUs() - 30e6),
    };
  }

  /** Answers when it is done, and not before. */
  #strike({ call, id }: { call: number; id: string }, struck: Promise<HitClients>): void {
    void struck.then((hit) => this.#answer({ type: 'struck', call, id, hit }));
  }

  #scenarioThrew(error: unknown, client: number): void {
    if (this.#threw) return;
    this.#threw = true;
    this.#answer({ type: 'threw', client, ...describeThrown(error) });
  }

  #finish(): void {
    this.#sessions.stop(this.#clock.nowUs());
    this.#runtime.stopped = true;
    this.#wheel.cancel(this.#windowEnd);
    this.#timeouts.settleAll();
    // What is still in flight stays so in the books: this window is read before anything is cut.
    this.#sendWindow();
    this.#answer({ type: 'done', refusals: this.#ledger.refusals.all() });
    this.#pipe.end();
    this.#load.stop();
    this.#sessions.cut();
    this.#wheel.stop();
    setImmediate(() => process.exit(0));
  }

  #answer(answer: Answer): void {
    this.#pipe.send(answer);
  }
}
