import { drillSocket } from '../channels/drill-socket.ts';
import type { Process } from '../otp/process.ts';
import type { Route } from '../phoenix/routes.ts';
import type { UserSocket } from '../phoenix/user-socket.ts';
import { checkConnect } from './bad-return.ts';
import type { ChannelDefinition } from './channel-definition.ts';
import { accept, type App } from './definition.ts';
import type { NodeApp } from './drill-app.ts';
import { guard } from './guard.ts';
import { lendParts, type NodeParts } from './node-parts.ts';
import { AppWorker } from './worker.ts';

function routeOn(node: NodeParts, definition: ChannelDefinition): Route {
  const assigns = definition.callbacks?.assigns;
  const route = { pattern: definition.pattern, module: definition.moduleOn(node) };
  return assigns === undefined ? route : { ...route, assigns };
}

function socketOn(node: NodeParts, { definition }: App): UserSocket {
  // A token the operator asks for is asked of every socket, before the application is.
  const gate = drillSocket([], node.secret);
  return {
    name: 'AppSocket',
    channels: definition.channels.map((one) => routeOn(node, one)),
    async connect(params, info) {
      const gated = await gate.connect(params, info);
      if (gated.tag === 'error') return gated;
      if (definition.connect === undefined) return accept();
      return guard(() => definition.connect?.(params, info), checkConnect);
    },
    id: (assigns) => definition.id?.(assigns) ?? null,
  };
}

/** An application of the user's on one node. */
export function userApp(app: App, node: NodeParts): NodeApp {
  lendParts(node);
  const workers = Object.entries(app.definition.workers ?? {}).map(([name, worker]) => ({
    name,
    start: (): Process => new AppWorker(node.runtime, name, worker),
  }));
  return { socket: socketOn(node, app), workers };
}
