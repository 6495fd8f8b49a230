import { drillSocket } from '../channels/drill-socket.ts';
import { presenceRoom } from '../channels/presence-room.ts';
import { privateRoom, room } from '../channels/room.ts';
import { SLOW_SERVER, SlowServer } from '../channels/slow-server.ts';
import type { Process } from '../otp/process.ts';
import type { Route } from '../phoenix/routes.ts';
import type { UserSocket } from '../phoenix/user-socket.ts';
import type { Presence } from '../presence/presence.ts';
import type { NodeParts } from './node-parts.ts';

/** What a node runs: a socket with its channels, and named workers under a supervisor of their own. */
export interface NodeApp {
  readonly socket: UserSocket;
  readonly workers: ReadonlyArray<{ readonly name: string; readonly start: () => Process }>;
}

/** The channels of the drill contract. */
export function drillRoutes(presence: Presence): readonly Route[] {
  return [
    { pattern: 'room:*', module: room },
    { pattern: 'presence:*', module: presenceRoom(presence) },
    { pattern: 'private:*', module: privateRoom },
    { pattern: 'lobby', module: room },
  ];
}

/** The drill's own application. */
export function drillApp({ runtime, presence, secret }: NodeParts): NodeApp {
  const start = (): Process => {
    const server = new SlowServer(runtime);
    runtime.register(SLOW_SERVER, server);
    return server;
  };
  return {
    socket: drillSocket(drillRoutes(presence), secret),
    workers: [{ name: SLOW_SERVER, start }],
  };
}
