import type { Process } from '../otp/process.ts';
import type { Runtime } from '../otp/runtime.ts';
import type { Presence } from '../presence/presence.ts';
import type { App } from './api.ts';
import type { NodeApp } from './drill-app.ts';
import { offerPresence } from './presence-calls.ts';
import { AppWorker } from './worker.ts';

/** An application of the user's on one node. */
export function userApp(app: App, runtime: Runtime, presence: Presence): NodeApp {
  offerPresence(runtime, presence);
  const workers = Array.from(app.workers, ([name, worker]) => ({
    name,
    start: (): Process => new AppWorker(runtime, name, worker),
  }));
  return { socket: app.socket, workers };
}
