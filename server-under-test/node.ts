import { rmSync } from 'node:fs';
import { loadApp } from './app/load-app.ts';
import { userApp } from './app/user-app.ts';
import { Application } from './application.ts';
import type { ServerConfig } from './config.ts';
import {
  APPLICATION_DOWN,
  meshPath,
  type NodeAnswer,
  type NodeCall,
  type NodeRequest,
} from './node-protocol.ts';
import { systemClock } from './otp/clock.ts';
import { inspectProcess, listProcesses } from './telemetry/process-list.ts';

let application: Application | null = null;
let index = 0;
let folder = '';
let stopping = false;

function running(): Application {
  if (application === null) throw new Error('the node has not booted');
  return application;
}

/** An application whose top supervisor gave up is over, and its node with it: the primary reads the exit code. */
function applicationDown(): void {
  if (!stopping) process.exit(APPLICATION_DOWN);
}

/** The drill's own application, or the one of the file that was named; rejects with an AppError when that cannot be run. */
async function boot(config: ServerConfig): Promise<Application> {
  const parts = { config, clock: systemClock, node: index };
  if (config.app === null) return new Application(parts);
  const app = await loadApp(config.app);
  return new Application({ ...parts, app: (lent) => userApp(app, lent) });
}

async function joinMesh(nodes: number): Promise<void> {
  const { mesh } = running();
  // Every pair once: the higher index calls.
  for (let other = 0; other < index; other += 1) await mesh.connect(meshPath(folder, other), other);
  await mesh.whenComplete(nodes - 1);
}

/** As a node that starts again into a mesh of which any part may be out of reach; those are called until they answer. */
async function rejoinMesh(awaited: number): Promise<void> {
  const { mesh } = running();
  for (let other = 0; other < index; other += 1) mesh.connect(meshPath(folder, other), other).catch(() => {});
  await mesh.whenComplete(awaited);
}

async function answer(request: NodeRequest): Promise<unknown> {
  switch (request.op) {
    case 'boot':
      ({ node: index, folder } = request);
      application = await boot(request.config);
      application.onDown(applicationDown);
      return application.mesh.listen(meshPath(folder, index));
    case 'join-mesh':
      return joinMesh(request.nodes);
    case 'rejoin-mesh':
      return rejoinMesh(request.awaited);
    case 'hurry':
      return running().mesh.hurry(request.node);
    case 'cut-off':
      return running().mesh.cutOffFrom(request.from);
    case 'listen':
      return running().listen(request.port);
    case 'observe':
      return running().snapshot();
    case 'processes':
      return listProcesses(running().context.runtime, request.query);
    case 'process':
      return inspectProcess(running().context.runtime, request.id);
    case 'inject':
      return running().faults.inject(request.order);
    case 'renew':
      return running().faults.renew(request.id, request.ttlMs);
    case 'share':
      return running().faults.setShare(request.id, request.share);
    case 'lift':
      return running().faults.lift(request.id);
    case 'hits':
      return running().faults.hits(request.id);
    case 'faults':
      return running().faults.ids();
    case 'broadcast':
      return running().broadcast(request.topic, request.event, request.payload);
    case 'drain':
      return running().drain();
    case 'stop':
      stopping = true;
      return running().stop(request.graceMs);
  }
}

async function handle(call: NodeCall): Promise<void> {
  let message: NodeAnswer;
  try {
    message = { id: call.id, result: await answer(call.request) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'failed';
    message = {
      id: call.id,
      error: { code, message: error instanceof Error ? error.message : String(error) },
    };
  }
  process.send?.(message, () => {
    if (call.request.op === 'stop') process.exit(0);
  });
}

process.on('message', (call) => void handle(call as NodeCall));
// The primary is gone, however it went: no orphans, and nothing of it left on disk.
process.on('disconnect', () => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true });
  process.exit(0);
});
// The terminal sends its signals to the whole group; only the primary acts on them.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
