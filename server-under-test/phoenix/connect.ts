import { requestIdFor } from '../telemetry/request-id.ts';
import type { EndpointContext } from './context.ts';
import type { ConnectInfo } from './connect-info.ts';
import type { Serializer } from './serializer.ts';
import type { Connected } from './transport.ts';
import type { ConnectResult } from './user-socket.ts';

/** An opening whose serializer is agreed: what connect/3 gets to see. */
export interface Opening {
  readonly serializer: Serializer;
  readonly vsn: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly connectInfo: ConnectInfo;
}

export type TransportName = 'websocket' | 'longpoll';

/** Runs connect/3 and id/1 in the HTTP request; null is a refusal (phoenix-semantics 2.2). Rejects when connect/3 raises. */
export function connectUser(
  context: EndpointContext,
  opening: Opening,
  transport: TransportName,
): Connected | null | Promise<Connected | null> {
  const startedMs = context.runtime.clock.nowMs();
  const settle = (result: ConnectResult): Connected | null => {
    const connected = accept(context, opening, result);
    noteConnected(context, opening, transport, connected, startedMs);
    return connected;
  };
  const connect = (): ConnectResult | Promise<ConnectResult> =>
    context.socket.connect(opening.params, opening.connectInfo);
  const { connects } = context.interference;
  const held = connects.any ? connects.meet(opening) : null;
  const result = held === null ? connect() : held.then(connect);
  return result instanceof Promise ? result.then(settle) : settle(result);
}

function accept(context: EndpointContext, opening: Opening, result: ConnectResult): Connected | null {
  if (result?.tag !== 'ok') return null;
  const socketId: unknown = context.socket.id(result.assigns);
  if (socketId !== null && typeof socketId !== 'string') {
    context.logger.error(() => `id must be a text or null, got ${JSON.stringify(socketId)}`);
    return null;
  }
  const requestId = requestIdFor(context.logger);
  return { serializer: opening.serializer, socketId, assigns: result.assigns, requestId };
}

function noteConnected(
  context: EndpointContext,
  opening: Opening,
  transport: TransportName,
  connected: Connected | null,
  startedMs: number,
): void {
  const { socketConnected } = context.telemetry;
  const durationMs = context.runtime.clock.nowMs() - startedMs;
  if (!socketConnected.listened) return socketConnected.note(durationMs);
  const { params, connectInfo, vsn, serializer } = opening;
  socketConnected.emit(durationMs, {
    endpoint: 'Endpoint',
    transport,
    params,
    connect_info: {
      uri: connectInfo.uri,
      user_agent: connectInfo.userAgent,
      x_headers: connectInfo.xHeaders,
      peer_data: connectInfo.peer,
      request_id: connected?.requestId ?? null,
    },
    vsn,
    user_socket: context.socket.name,
    log: 'info',
    result: connected === null ? 'error' : 'ok',
    serializer: serializer.name,
  });
}
