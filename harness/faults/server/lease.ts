/**
 * Keeps a fault of the server on only while this run lives: the server is given
 * a few seconds, and a few more again and again (a dead man's switch).
 */
import type { Alarm, Clock } from '../../base/clock.ts';
import { FaultGone, type ServerFault } from '../fault.ts';

/** What leases need of a control port. */
export type LeasePort = {
  inject(fault: ServerFault): Promise<string>;
  /** False when the server has no fault of that id any more. */
  renew(id: string, ttlMs: number): Promise<boolean>;
  /** False when the server has no fault of that id any more. */
  raise(id: string, share: number): Promise<boolean>;
  /** False when the server has no fault of that id any more. */
  lift(id: string): Promise<boolean>;
};

/** The most the server is given at once: what stays on after our death. */
export const LEASE_MS = 8_000;
const BEAT_MS = 2_000;

/** The renewals of one fault, until its whole time is over, it is lifted or it is gone. */
export class Lease {
  readonly #clock: Clock;
  readonly #port: LeasePort;
  readonly #id: string;
  readonly #untilUs: number;
  #alarm: Alarm | null = null;
  #heardUs: number;
  #isAsking = false;

  /** `untilUs`: when the fault ends by itself at the latest, however long this run lives. */
  constructor(clock: Clock, port: LeasePort, id: string, untilUs: number) {
    this.#clock = clock;
    this.#port = port;
    this.#id = id;
    this.#untilUs = untilUs;
    this.#heardUs = clock.nowUs();
    this.#arm();
  }

  /** No more renewals. */
  end(): void {
    this.#alarm?.cancel();
    this.#alarm = null;
  }

  #arm(): void {
    const nextUs = this.#clock.nowUs() + BEAT_MS * 1e3;
    // A server not heard of for a whole lease has let go by itself.
    const lastUs = Math.min(this.#untilUs, this.#heardUs + LEASE_MS * 1e3);
    this.#alarm = nextUs < lastUs ? this.#clock.at(nextUs, () => this.#beat()) : null;
  }

  #beat(): void {
    this.#arm();
    if (this.#isAsking) return;
    this.#isAsking = true;
    void this.#renew().finally(() => (this.#isAsking = false));
  }

  async #renew(): Promise<void> {
    const askedUs = this.#clock.nowUs();
    const leftMs = (this.#untilUs - askedUs) / 1e3;
    try {
      if (!(await this.#port.renew(this.#id, Math.min(LEASE_MS, leftMs)))) return this.end();
      this.#heardUs = askedUs;
    } catch {
      // The port did not answer: the next beat asks again.
    }
  }
}

/** Injects and lifts faults of the server, each on a lease of its own. */
export class LeasedFaults {
  readonly #clock: Clock;
  readonly #port: LeasePort;
  readonly #leases = new Map<string, Lease>();

  constructor(clock: Clock, port: LeasePort) {
    this.#clock = clock;
    this.#port = port;
  }

  /** Resolves with the fault's id; rejects when the server refuses it. `ttlMs` is the most it stays on in all. */
  async inject(fault: ServerFault): Promise<string> {
    const untilUs = this.#clock.nowUs() + fault.ttlMs * 1e3;
    const id = await this.#port.inject({ ...fault, ttlMs: Math.min(LEASE_MS, fault.ttlMs) });
    this.#leases.set(id, new Lease(this.#clock, this.#port, id, untilUs));
    return id;
  }

  /** Gives a fault the rest of its time at once and renews it no more; false when the server has it no more. */
  async leave(id: string, restMs: number): Promise<boolean> {
    this.#leases.get(id)?.end();
    this.#leases.delete(id);
    return this.#port.renew(id, restMs);
  }

  /** Rejects when its share cannot be changed; with a `FaultGone` when it was over already. */
  async raise(id: string, share: number): Promise<void> {
    if (!(await this.#port.raise(id, share))) throw gone(id);
  }

  /** Rejects when it cannot be lifted; with a `FaultGone` when it was over already. */
  async lift(id: string): Promise<void> {
    this.#leases.get(id)?.end();
    this.#leases.delete(id);
    if (!(await this.#port.lift(id))) throw gone(id);
  }
}

function gone(id: string): FaultGone {
  return new FaultGone(`it was over before it was lifted: the server has no fault ${id} any more`);
}
