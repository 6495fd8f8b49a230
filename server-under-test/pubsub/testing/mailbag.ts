import { Process } from '../../otp/process.ts';

/** A process that keeps what it gets and lets a test wait for it. */
export class Mailbag extends Process {
  readonly seen: unknown[] = [];
  private waiting: Array<{ readonly count: number; readonly done: () => void }> = [];

  override get kind(): 'server' {
    return 'server';
  }

  /** All messages so far, once there are `count`. */
  async first(count: number): Promise<unknown[]> {
    if (this.seen.length < count) {
      await new Promise<void>((done) => this.waiting.push({ count, done }));
    }
    return this.seen;
  }

  protected override receive(message: unknown): void {
    this.seen.push(message);
    for (const { count, done } of this.waiting) if (this.seen.length >= count) done();
    this.waiting = this.waiting.filter(({ count }) => this.seen.length < count);
  }

  protected override ended(): void {}
}
