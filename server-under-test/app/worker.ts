import { GenServer } from '../otp/gen-server.ts';
import type { Runtime } from '../otp/runtime.ts';
import type { Worker } from './api.ts';

/** One named server of an application: a request at a time, an exception ends it and its supervisor starts it again. */
export class AppWorker extends GenServer {
  private readonly worker: Worker;

  constructor(runtime: Runtime, name: string, worker: Worker) {
    super(runtime);
    this.worker = worker;
    runtime.register(name, this);
  }

  protected override handleCall(request: unknown): unknown {
    return this.worker(request);
  }
}
