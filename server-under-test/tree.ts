import type { NodeApp } from './app/drill-app.ts';
import { DynamicSupervisor } from './otp/dynamic-supervisor.ts';
import { formatPid } from './otp/pid.ts';
import type { Process } from './otp/process.ts';
import type { Runtime } from './otp/runtime.ts';
import { Supervisor, type ChildSpec, type SupervisorOptions } from './otp/supervisor.ts';
import { TaskSupervisor } from './otp/task-supervisor.ts';
import type { EndpointContext } from './phoenix/context.ts';
import type { Sessions } from './phoenix/long-poll/sessions.ts';
import type { Presence } from './presence/presence.ts';
import type { Mesh } from './pubsub/mesh.ts';
import { pubsubChildren } from './pubsub/pubsub-children.ts';
import type { SupervisorNode } from './telemetry/observer.ts';

/** What the tree supervises. */
export interface TreeParts {
  readonly runtime: Runtime;
  readonly context: EndpointContext;
  readonly mesh: Mesh;
  readonly presence: Presence;
  readonly app: NodeApp;
  readonly channelShutdownMs: number;
  /** Starts the process that knows the long-poll sessions; null where long-poll is off. */
  readonly startSessions: (() => Sessions) | null;
}

function branch(
  runtime: Runtime,
  id: string,
  specs: () => readonly ChildSpec[],
  options: SupervisorOptions = {},
): ChildSpec {
  return { id, type: 'supervisor', start: () => new Supervisor(runtime, specs(), options) };
}

function worker(id: string, start: () => Process): ChildSpec {
  return { id, start };
}

function pubsubSpecs({ runtime, context, mesh }: TreeParts): ChildSpec[] {
  return pubsubChildren(runtime, context.pubsub, mesh);
}

function presenceSpecs({ runtime, presence }: TreeParts): ChildSpec[] {
  const { shardNames } = presence;
  const specs = shardNames.map((name): ChildSpec => ({
    id: name,
    start: () => presence.startShard(name),
    restart: 'transient',
  }));
  return [branch(runtime, 'tracker', () => specs, { maxRestarts: 2 * shardNames.length, maxSeconds: 1 })];
}

function endpointSpecs({ runtime, context, channelShutdownMs, startSessions }: TreeParts): ChildSpec[] {
  const dynamic = (id: string, start: () => DynamicSupervisor): ChildSpec => ({
    id,
    type: 'supervisor',
    start,
  });
  return [
    dynamic('channels', () => {
      context.channelSupervisor = new DynamicSupervisor(runtime, { shutdownMs: channelShutdownMs });
      return context.channelSupervisor;
    }),
    ...(startSessions === null ? [] : [worker('long-poll sessions', startSessions)]),
    dynamic('connections', () => {
      context.transportSupervisor = new DynamicSupervisor(runtime);
      return context.transportSupervisor;
    }),
  ];
}

/** Starts everything of a node that is a process, as application.ts draws it. */
export function startTree(parts: TreeParts): Supervisor {
  const { runtime, context, app } = parts;
  return new Supervisor(runtime, [
    branch(runtime, 'pubsub', () => pubsubSpecs(parts), { strategy: 'rest_for_one' }),
    branch(runtime, 'presence', () => presenceSpecs(parts), { strategy: 'rest_for_one' }),
    branch(runtime, 'workers', () => app.workers.map(({ name, start }) => worker(name, start))),
    {
      id: 'tasks',
      type: 'supervisor',
      start: () => (context.tasks = new TaskSupervisor(runtime)),
    },
    branch(runtime, 'endpoint', () => endpointSpecs(parts)),
  ]);
}

/** The tree as it stands, for the observer: dynamic supervisors only count their children. */
export function describeTree(root: Supervisor): SupervisorNode {
  return describe('application', root);
}

function describe(name: string, process: Process | null): SupervisorNode {
  if (process === null) return { name, pid: null, kind: 'restarting' };
  const { kind } = process;
  const pid = formatPid(process.runtime.node, process.id);
  if (process instanceof DynamicSupervisor) return { name, pid, kind, count: process.count };
  if (!(process instanceof Supervisor)) return { name, pid, kind };
  const children = process.children().map((child) => describe(child.id, child.process));
  return { name, pid, kind, strategy: process.strategy, children };
}
