/**
 * What an application file imports from 'firedrill/server': its socket and its channels, written as in Phoenix.
 *
 * `firedrill serve --app my-app.ts` runs the file's default export in place of the drill's own channels.
 */
export { NO_REPLY } from '../otp/gen-server.ts';
export { Exit } from '../otp/exit-reason.ts';
export { Down, ExitMessage, TaskResult } from '../otp/signals.ts';
export { NoClause, TIMEOUT } from '../phoenix/channel.ts';
export { isMap } from '../channels/payload.ts';
export { Broadcast } from '../pubsub/broadcast.ts';
export { channel } from './channel-definition.ts';
export { accept, application, deny } from './definition.ts';
export { drill } from './drill.ts';
export { GenServer } from './gen-server-calls.ts';
export { Presence, PresenceError } from './presence-calls.ts';
export { Process } from './process-calls.ts';
export { assign, Endpoint, push, PubSub } from './pubsub-calls.ts';
export { error, noreply, ok, reply, stop } from './returns.ts';
export { Supervisor } from './supervisor-calls.ts';
export { Task } from './task-calls.ts';
export { server } from './worker-definition.ts';
export type { ExitReason } from '../otp/exit-reason.ts';
export type { Process as Pid } from '../otp/process.ts';
export type { ChannelSocket as Socket } from '../phoenix/channel-socket.ts';
export type { ConnectInfo } from '../phoenix/connect-info.ts';
export type { SocketRef } from '../phoenix/socket-ref.ts';
export type { Assigns, ConnectResult } from '../phoenix/user-socket.ts';
export type { ChannelCallbacks, EventHandler, EventHandlers } from './channel-definition.ts';
export type { App, AppDefinition } from './definition.ts';
export type { HandleResult, InResult, JoinResult } from './returns.ts';
export type { ServerCallbacks, Worker } from './worker-definition.ts';
