/**
 * The sessions of one worker: which of its clients arrive when, who is there,
 * who has ever been. Arrivals fall due by the plan; those that had to wait, or
 * found the run full, are counted.
 */
import { WheelTimer } from '../base/timer-wheel.ts';
import type { Counters } from '../measure/names.ts';
import { arrivalsOf, clientIndexOf, clientsOf, nthOf, type Arrivals } from '../scenario/arrivals.ts';
import { VirtualClient } from './virtual-client.ts';
import type { WorkerRuntime } from './worker-runtime.ts';

/** Connections begun in one go, about a millisecond of work. */
const AT_ONCE = 10;
const RETRY_US = 1_000;
/**
 * While as many connects are under way as may be, for each of the workers: together they ask 500 times a second.
 * Thirty that asked each millisecond took a core; and who asks seldom begins many at a time, with warm caches.
 */
const FULL_RETRY_US = 2_000;

/** The time at which the plan ends a session. */
class SessionEnd extends WheelTimer {
  readonly #end: () => void;
  constructor(end: () => void) {
    super();
    this.#end = end;
  }
  expire(): void {
    this.#end();
  }
}

const CONNECTED = 1;
const JOINED = 2;

export class Sessions extends WheelTimer {
  readonly #runtime: WorkerRuntime;
  readonly #counters: Counters;
  readonly #connecting: () => number;
  readonly #arrivals: Arrivals;
  /** Clients of this worker, and how many of them may be there at once. */
  readonly #planned: number;
  readonly #atMost: number;
  readonly #isOpenLoad: boolean;
  /** By index. */
  readonly #present = new Map<number, VirtualClient>();
  /** What each client of this worker has ever been. */
  readonly #history: Uint8Array;
  #next = 0;
  joined = 0;
  everConnected = 0;
  everJoined = 0;
  /** Since the first arrival; −1 until all clients of this worker were joined at once. */
  allJoinedAtUs = -1;

  /** `connecting` tells how many connects are under way. */
  constructor(runtime: WorkerRuntime, connecting: () => number) {
    super();
    const { plan, recorder } = runtime;
    const { worker, workers, load } = plan;
    this.#runtime = runtime;
    this.#counters = recorder.counters;
    this.#connecting = connecting;
    this.#arrivals = arrivalsOf(plan, worker, workers);
    this.#planned = clientsOf(worker, workers, plan.clients);
    this.#isOpenLoad = load.model === 'arrivals';
    const atMost = load.model === 'arrivals' ? load.atMost : null;
    this.#atMost = atMost === null ? Infinity : clientsOf(worker, workers, atMost);
    this.#history = new Uint8Array(this.#planned);
  }

  /** Those that are there, in no order of note. */
  present(): IterableIterator<VirtualClient> {
    return this.#present.values();
  }

  start(): void {
    this.#armNext();
  }

  /** Nobody arrives any more; who was due and had to wait until now has been dropped. */
  stop(nowUs: number): void {
    this.#runtime.world.wheel.cancel(this);
    const untilUs = Math.min(nowUs, this.#runtime.endUs);
    while (this.#next < this.#arrivals.count && this.#dueUs() < untilUs) this.#drop();
    this.#next = this.#arrivals.count;
  }

  /** When the next one arrives. */
  #dueUs(): number {
    return this.#runtime.startUs + this.#arrivals.dueUs(this.#next);
  }

  #armNext(): void {
    if (this.#next >= this.#arrivals.count) return;
    const dueUs = this.#dueUs();
    if (dueUs < this.#runtime.endUs) this.#runtime.world.wheel.arm(this, dueUs);
  }

  expire(nowUs: number): void {
    const { plan, world } = this.#runtime;
    let begun = 0;
    while (this.#next < this.#arrivals.count && this.#dueUs() <= nowUs) {
      if (this.#present.size >= this.#atMost || this.#untilUs() <= nowUs) {
        this.#drop();
        continue;
      }
      begun += 1;
      // The listen queue is no place to wait: an overflow there costs a second of SYN retry.
      if (this.#connecting() >= plan.connectsAtOnce) {
        return world.wheel.arm(this, nowUs + FULL_RETRY_US * plan.workers);
      }
      // A burst of arrivals must not make a send late.
      if (begun > AT_ONCE) return world.wheel.arm(this, nowUs + RETRY_US);
      this.#begin();
    }
    this.#armNext();
  }

  #untilUs(): number {
    return this.#runtime.startUs + this.#arrivals.untilUs(this.#next);
  }

  #drop(): void {
    this.#counters.arrivals_planned += 1;
    this.#counters.dropped_arrivals += 1;
    this.#next += 1;
  }

  #begin(): void {
    const { plan, world, scenario } = this.#runtime;
    const publisher = clientIndexOf(this.#next, plan.worker, plan.workers);
    const client = new VirtualClient(this.#runtime, this.#arrivals.clientOf(this.#next), publisher);
    const dueUs = this.#dueUs();
    const untilUs = this.#untilUs();
    this.#next += 1;
    this.#counters.arrivals_planned += 1;
    this.#counters.arrivals_begun += 1;
    this.#present.set(client.index, client);
    if (untilUs < this.#runtime.endUs) world.wheel.arm(new SessionEnd(() => this.#end(client)), untilUs);
    client.socket.onNextOpen = () => {
      this.everConnected += this.#isFirst(client, CONNECTED) ? 1 : 0;
      const script = this.#runtime.run(client.index, () => scenario.client(client));
      if (this.#isOpenLoad) this.#endAfter(client, script);
    };
    client.socket.connect(dueUs);
  }

  /** In an open load a client leaves when its script has ended, however. */
  #endAfter(client: VirtualClient, script: unknown): void {
    const end = (): void => this.#end(client);
    Promise.resolve(script).then(end, end);
  }

  #end(client: VirtualClient): void {
    if (client.isOver) return;
    // Before its topics are left: they tell of it, and it counts no more.
    if (this.#present.get(client.index) === client) this.#present.delete(client.index);
    this.#setJoined(client, false, 0);
    client.end();
  }

  /** A client's channels have changed state. */
  changed(index: number, nowUs: number): void {
    const client = this.#present.get(index);
    if (!client) return;
    const { isOpen, channels } = client.socket;
    const isJoined = isOpen && channels.length > 0 && channels.every((channel) => channel.state === 'joined');
    this.#setJoined(client, isJoined, nowUs);
  }

  #setJoined(client: VirtualClient, isJoined: boolean, nowUs: number): void {
    if (isJoined === client.isJoined) return;
    client.isJoined = isJoined;
    this.joined += isJoined ? 1 : -1;
    if (!isJoined) return;
    this.everJoined += this.#isFirst(client, JOINED) ? 1 : 0;
    if (this.joined === this.#planned && this.allJoinedAtUs < 0) {
      this.allJoinedAtUs = nowUs - this.#runtime.startUs;
    }
  }

  /** True the first time something is so of a client, whatever its session. */
  #isFirst(client: VirtualClient, what: number): boolean {
    const at = nthOf(client.index, this.#runtime.plan.workers);
    const known = this.#history[at] ?? 0;
    this.#history[at] = known | what;
    return (known & what) === 0;
  }

  /** Ends every client at once. */
  cut(): void {
    for (const { socket } of this.#present.values()) socket.stop();
  }
}
