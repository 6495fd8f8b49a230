import { GenServer } from '../otp/gen-server.ts';

/** The name callers use. */
export const SLOW_SERVER = 'slow';

/** The node's one slow server: takes as many milliseconds as it is asked to, one request at a time. */
export class SlowServer extends GenServer {
  protected override handleCall(request: unknown): Promise<unknown> {
    const ms = typeof request === 'number' ? request : 0;
    return new Promise((resolve) => {
      this.runtime.clock.after(ms, () => resolve(ms));
    });
  }
}
