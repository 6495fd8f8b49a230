/**
 * Events that arrive in one read with the answer a script awaits. The script
 * runs on only after the whole read is dealt with, too late for them; so they
 * are kept until this turn of the event loop is over, for what it asks for then.
 */
import type { ClientChannel } from './client-channel.ts';

type Early = { channel: ClientChannel; event: string; payload: unknown };

export class EarlyEvents {
  /** Channels one of whose promises was settled in this read. */
  #answered: ClientChannel[] = [];
  /** Events of this read, of channels that were answered or may yet be. */
  #ofRead: Early[] = [];
  /** Events of answered channels, until the turn is over. */
  #kept: Early[] = [];
  #reading = false;
  readonly #afterRead = (): void => this.#readIsOver();

  /** A promise of the channel's script is about to be settled by what was just read. */
  answered(channel: ClientChannel): void {
    if (!this.#answered.includes(channel)) this.#answered.push(channel);
    this.#untilRead();
  }

  /** True when an event of the channel has to be kept: it has been answered in this read, or awaits an answer. */
  wants(channel: ClientChannel): boolean {
    return this.#answered.includes(channel) || channel.awaited !== null;
  }

  keep(channel: ClientChannel, event: string, payload: unknown): void {
    this.#ofRead.push({ channel, event, payload });
    this.#untilRead();
  }

  /** The first kept event that fits, once. */
  take(channel: ClientChannel, event: string, fits: (payload: unknown) => boolean): Early | null {
    const at = this.#kept.findIndex((e) => e.channel === channel && e.event === event && fits(e.payload));
    return at < 0 ? null : (this.#kept.splice(at, 1)[0] ?? null);
  }

  /** The payloads kept of an event, in order; they stay. */
  payloads(channel: ClientChannel, event: string): unknown[] {
    return this.#kept.filter((e) => e.channel === channel && e.event === event).map((e) => e.payload);
  }

  #untilRead(): void {
    if (this.#reading) return;
    this.#reading = true;
    // Queued before the promise is settled, so it runs before the script does.
    queueMicrotask(this.#afterRead);
  }

  #readIsOver(): void {
    this.#reading = false;
    const answered = this.#answered;
    this.#answered = [];
    if (this.#ofRead.length === 0) return;
    const kept = this.#ofRead.filter(({ channel }) => answered.includes(channel));
    this.#ofRead = [];
    if (kept.length === 0) return;
    if (this.#kept.length === 0) setImmediate(() => (this.#kept = []));
    this.#kept.push(...kept);
  }
}
