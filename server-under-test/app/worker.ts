import type { Call } from '../otp/call.ts';
import { describeReason, isOrderly, type ExitReason } from '../otp/exit-reason.ts';
import { GenServer } from '../otp/gen-server.ts';
import type { Runtime } from '../otp/runtime.ts';
import { NoClause } from '../phoenix/channel.ts';
import { RawMessage } from '../pubsub/fanned.ts';
import { asThrown, unwrapReason } from './crash.ts';
import { partsOf } from './node-parts.ts';
import { ServerDefinition, type ServerCallbacks, type Worker } from './worker-definition.ts';

/** One server of an application: a request at a time, an exception ends it and its supervisor starts it again. */
export class AppWorker extends GenServer {
  private readonly label: string;
  private readonly callbacks: ServerCallbacks;

  /** With a name that channels call it by, or null. */
  constructor(runtime: Runtime, name: string | null, worker: Worker) {
    super(runtime);
    this.label = name ?? 'without a name';
    if (name !== null) runtime.register(name, this);
    this.callbacks =
      worker instanceof ServerDefinition
        ? this.begin(worker)
        : { handleCall: (request) => worker(request, this) };
  }

  private begin(worker: ServerDefinition): ServerCallbacks {
    try {
      return worker.start(this);
    } catch (thrown) {
      this.log('did not start', { exception: asThrown(thrown) });
      throw thrown;
    }
  }

  protected override handleCall(request: unknown, from: Call): unknown {
    if (this.callbacks.handleCall === undefined) throw new NoClause('handleCall', request);
    return this.callbacks.handleCall(request, from);
  }

  protected override handleCast(request: unknown): void | Promise<void> {
    if (this.callbacks.handleCast === undefined) throw new NoClause('handleCast', request);
    return this.callbacks.handleCast(request);
  }

  protected override handleInfo(message: unknown): void | Promise<void> {
    return this.callbacks.handleInfo?.(message instanceof RawMessage ? message.payload : message);
  }

  protected override terminate(reason: ExitReason): void | Promise<void> {
    return this.callbacks.terminate?.(unwrapReason(reason));
  }

  override fail(error: unknown): void | Promise<void> {
    return super.fail(asThrown(error));
  }

  protected override ended(reason: ExitReason): void {
    super.ended(reason);
    if (!isOrderly(reason)) this.log('terminating', reason);
  }

  private log(what: string, reason: ExitReason): void {
    partsOf(this.runtime).logger.error(() => `worker ${this.label} ${what}: ${describeReason(reason)}`);
  }
}
