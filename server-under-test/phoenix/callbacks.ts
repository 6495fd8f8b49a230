import type { Call } from '../otp/call.ts';
import { reasonOf } from '../otp/exit-reason.ts';
import type { Broadcast } from '../pubsub/broadcast.ts';
import { isHandleResult, NoClause, type HandleResult } from './channel.ts';
import type { Channel } from './channel-server.ts';
import type { Message } from './message.ts';

/** A client's event, or its leave (phoenix-semantics 2.6, 3.3). */
export function handleMessage(channel: Channel, message: Message): void | Promise<void> {
  channel.socket.ref = message.ref;
  if (message.event === 'phx_leave') {
    return channel.stopWith({ shutdown: 'left' }, { status: 'ok', response: {} });
  }
  const { handlers } = channel.context.interference;
  const held = handlers.any ? handlers.meet(channel, message.event) : null;
  return held === null ? handleIn(channel, message) : held.then(() => handleIn(channel, message));
}

function handleIn(channel: Channel, message: Message): void | Promise<void> {
  const startedMs = channel.runtime.clock.nowMs();
  try {
    const result = channel.module.handleIn?.(message.event, message.payload, channel.socket);
    if (!(result instanceof Promise)) return handledIn(channel, message, result, startedMs);
    return result.then(
      (value) => handledIn(channel, message, value, startedMs),
      (error: unknown) => crash(channel, error),
    );
  } catch (error) {
    return crash(channel, error);
  }
}

function handledIn(
  channel: Channel,
  message: Message,
  result: HandleResult | undefined,
  startedMs: number,
): void | Promise<void> {
  if (!channel.alive) return;
  noteHandledIn(channel, message, channel.runtime.clock.nowMs() - startedMs);
  return obey(channel, result, true);
}

/** An intercepted broadcast. */
export function handleOut(channel: Channel, broadcast: Broadcast): void | Promise<void> {
  try {
    return settle(channel, channel.module.handleOut?.(broadcast.event, broadcast.payload, channel.socket));
  } catch (error) {
    return crash(channel, error);
  }
}

/** GenServer.call of this channel's process: what handleCall returns is the answer. */
export function handleCall(channel: Channel, call: Call): void | Promise<void> {
  const { handleCall: callback } = channel.module;
  if (callback === undefined)
    return channel.terminate({ exception: new NoClause('handle_call/3', call.request) });
  try {
    const answer = callback(call.request, channel.socket);
    if (!(answer instanceof Promise)) return call.reply(answer);
    return answer.then(
      (value: unknown) => {
        if (channel.alive) call.reply(value);
      },
      (error: unknown) => crash(channel, error),
    );
  } catch (error) {
    return crash(channel, error);
  }
}

/** GenServer.cast to this channel's process. */
export function handleCast(channel: Channel, request: unknown): void | Promise<void> {
  const { handleCast: callback } = channel.module;
  if (callback === undefined) return channel.terminate({ exception: new NoClause('handle_cast/2', request) });
  try {
    return settle(channel, callback(request, channel.socket));
  } catch (error) {
    return crash(channel, error);
  }
}

/** Any other message. */
export function handleInfo(channel: Channel, message: unknown): void | Promise<void> {
  if (channel.module.handleInfo === undefined) {
    // Without handle_info Phoenix logs a warning and drops the message (phoenix-semantics 3.3).
    channel.context.logger.warning(() => `channel ${channel.topic} has no handle_info: a message is dropped`);
    return;
  }
  try {
    return settle(channel, channel.module.handleInfo(message, channel.socket));
  } catch (error) {
    return crash(channel, error);
  }
}

function settle(
  channel: Channel,
  result: HandleResult | Promise<HandleResult> | undefined,
): void | Promise<void> {
  if (!(result instanceof Promise)) return obey(channel, result, false);
  return result.then(
    (value) => obey(channel, value, false),
    (error: unknown) => crash(channel, error),
  );
}

/**
 * What was thrown instead of returned (phoenix-semantics 2.7).
 *
 * An Error is a raise or an exit. Anything else goes past the channel's own code and is what the GenServer returned: no reply is
 * sent, no end announced.
 */
function crash(channel: Channel, thrown: unknown): void | Promise<void> {
  if (isHandleResult(thrown)) {
    if (thrown.tag === 'noreply') return obey(channel, thrown, false);
    if (thrown.tag === 'stop' && thrown.reply === null) return channel.terminate(thrown.reason);
  }
  return channel.terminate(reasonOf(thrown));
}

/** Does what a callback returned; only handle_in may answer. */
function obey(channel: Channel, result: HandleResult | undefined, mayReply: boolean): void | Promise<void> {
  if (!channel.alive) return;
  switch (result?.tag) {
    case 'noreply':
      if (result.timeoutMs !== null) channel.startQuietTimer(result.timeoutMs);
      break;
    case 'reply':
      if (!mayReply) return channel.terminate({ badReturn: result });
      channel.sendReply(result.reply);
      break;
    case 'stop':
      if (!mayReply && result.reply !== null) return channel.terminate({ badReturn: result });
      return channel.stopWith(result.reason, result.reply);
    default:
      return channel.terminate({ badReturn: result });
  }
  channel.socket.ref = null;
}

function noteHandledIn(channel: Channel, message: Message, durationMs: number): void {
  const { channelHandledIn } = channel.context.telemetry;
  if (!channelHandledIn.listened) return channelHandledIn.note(durationMs);
  const { event, payload, ref } = message;
  channelHandledIn.emit(durationMs, { event, params: payload, socket: channel.socket, ref });
}
