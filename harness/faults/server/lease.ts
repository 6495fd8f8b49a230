/**
 * Keeps a fault of the server on only while this run lives: the server is given
 * a few seconds, and a few more again and again (a dead man's switch).
 */
import type { Alarm, Clock } from '../../base/clock.ts';
import type { Hits } from '../../base/hits.ts';
import { FaultGone, type ServerFault } from '../fault.ts';

/** What the server says of a fault it has, or had until now: how many were hit, null where it does not say. */
export type FaultWord = { hits: Hits | null };

/** What leases need of a control port. */
export type LeasePort = {
  inject(fault: ServerFault): Promise<string>;
  /** False when the server has no fault of that id any more. */
  renew(id: string, ttlMs: number): Promise<boolean>;
  /** Null when the server has no fault of that id any more. */
  raise(id: string, share: number): Promise<FaultWord | null>;
  /** Null when the server has no fault of that id any more. */
  lift(id: string): Promise<FaultWord | null>;
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

  /** How many it has hit; rejects when its share cannot be changed, with a `FaultGone` when it was over already. */
  async raise(id: string, share: number): Promise<Hits | null> {
    return hitsIn(await this.#port.raise(id, share), id);
  }

  /** How many it has hit; rejects when it cannot be lifted, with a `FaultGone` when it was over already. */
  async lift(id: string): Promise<Hits | null> {
    this.#leases.get(id)?.end();
    this.#leases.delete(id);
    return hitsIn(await this.#port.lift(id), id);
  }
}

/** One that is over by itself has taken what it counted along. */
function hitsIn(word: FaultWord | null, id: string): Hits | null {
  if (word !== null) return word.hits;
  throw new FaultGone(`it was over before it was lifted: the server has no fault ${id} any more`);
}
