import type { ExitReason } from '../otp/exit-reason.ts';
import { Process } from '../otp/process.ts';
import type { Runtime } from '../otp/runtime.ts';

/** A process whose handler the test provides, and which remembers how it ended. */
export class ScriptedProcess extends Process {
  readonly seen: unknown[] = [];
  endedWith: ExitReason | null = null;
  private readonly script: (message: unknown, self: ScriptedProcess) => void | Promise<void>;

  constructor(
    runtime: Runtime,
    script: (message: unknown, self: ScriptedProcess) => void | Promise<void> = () => {},
  ) {
    super(runtime);
    this.script = script;
  }

  override get kind(): 'server' {
    return 'server';
  }

  startHold(): void {
    this.hold();
  }

  endHold(): void {
    this.release();
  }

  protected override receive(message: unknown): void | Promise<void> {
    this.seen.push(message);
    return this.script(message, this);
  }

  protected override ended(reason: ExitReason): void {
    this.endedWith = reason;
  }
}
