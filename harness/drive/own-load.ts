/**
 * A worker's own load: was it us? The delay of its event loop, the pauses of
 * its garbage collector, its CPU and its memory, beside what it measures.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import type { Alarm, Clock } from '../base/clock.ts';
import { Stalls } from './stalls.ts';

/** How often the event loop is asked whether it is on time, in microseconds. */
const PROBE_US = 20_000;

/** Where the two trends go, in microseconds. */
type OwnTrends = { trend(name: 'loop_lag' | 'gc_pause'): { record(us: number): void } };

export class OwnLoad {
  readonly #clock: Clock;
  readonly #recorder: OwnTrends;
  readonly #pauses: PerformanceObserver;
  /** When the loop stood still. */
  readonly stalls = new Stalls();
  #probe: Alarm | null = null;
  #cpu = process.cpuUsage();

  constructor(clock: Clock, recorder: OwnTrends) {
    this.#clock = clock;
    this.#recorder = recorder;
    this.#pauses = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) recorder.trend('gc_pause').record(duration * 1e3);
    });
  }

  /** Begins to measure; CPU counts from here. */
  start(): void {
    this.stop();
    this.#cpu = process.cpuUsage();
    this.#pauses.observe({ entryTypes: ['gc'] });
    this.#arm(this.#clock.nowUs() + PROBE_US);
  }

  stop(): void {
    this.stalls.expect(Infinity);
    this.#probe?.cancel();
    this.#probe = null;
    this.#pauses.disconnect();
  }

  /** CPU of this process since the last call, in microseconds. */
  takeCpuUs(): number {
    const { user, system } = this.#cpu;
    this.#cpu = process.cpuUsage();
    return this.#cpu.user + this.#cpu.system - user - system;
  }

  rssBytes(): number {
    return process.memoryUsage.rss();
  }

  #arm(dueUs: number): void {
    this.stalls.expect(dueUs);
    this.#probe = this.#clock.at(dueUs, () => {
      const nowUs = this.#clock.nowUs();
      this.stalls.looked(dueUs, nowUs);
      const lag = this.#recorder.trend('loop_lag');
      // Whatever fell due while the loop stood still waited too: one sample for a second's halt would hide it.
      let nextUs = dueUs;
      for (; nextUs <= nowUs; nextUs += PROBE_US) lag.record(nowUs - nextUs);
      this.#arm(nextUs);
    });
  }
}
