/** Writes down what a connection tells, and lets a test wait for it. */
import type { CloseCause, ConnectionOwner } from '../transport.ts';

export class RecordingOwner implements ConnectionOwner {
  readonly told: string[] = [];
  cause: CloseCause | null = null;
  #waiters: (() => void)[] = [];

  onOpen(): void {
    this.#tell('open');
  }
  onText(buffer: Buffer, from: number, to: number): void {
    this.#tell(buffer.toString('utf8', from, to));
  }
  onBinary(buffer: Buffer, from: number, to: number): void {
    this.#tell(`binary ${buffer.toString('hex', from, to)}`);
  }
  onClosed(cause: CloseCause): void {
    this.cause = cause;
    this.#tell(`closed ${cause.code}`);
  }
  #tell(what: string): void {
    this.told.push(what);
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }
  async until(condition: (told: readonly string[]) => boolean): Promise<void> {
    while (!condition(this.told)) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }
  untilClosed(): Promise<void> {
    return this.until(() => this.cause !== null);
  }
}
