import { Channel } from './channel-server.ts';
import type { JoinResult } from './channel.ts';
import { sameRef, type Message } from './message.ts';
import { JoinRequest } from './notices.ts';
import type { Profile } from './profile.ts';
import { findRoute } from './routes.ts';
import type { Transport } from './transport.ts';

const UNMATCHED = { reason: 'unmatched topic' };
const TOO_MANY = { reason: 'too many channels joined' };

/** One inbound message, by the table of phoenix-semantics 1.6. */
export function handleMessage(transport: Transport, message: Message): void {
  const { joinRef, ref, topic, event } = message;
  if (topic === 'phoenix' && event === 'heartbeat') {
    return transport.reply(null, ref, topic, 'ok', {});
  }
  const channel = transport.channels?.get(topic);
  if (event === 'phx_join') {
    if (channel === undefined) join(transport, message);
    else transport.evict(channel, message);
  } else if (channel !== undefined) {
    if (reaches(channel, message, transport.context.profile)) channel.send(message);
    else transport.context.telemetry.staleMessages.value += 1;
  } else if (event === 'phx_leave') {
    transport.reply(joinRef, ref, topic, 'ok', {});
  } else {
    transport.reply(null, ref, topic, 'error', UNMATCHED);
  }
}

/** Whether a message is for this life of the channel; versions differ (phoenix-semantics 0.3, 1.6). */
function reaches(channel: Channel, message: Message, profile: Profile): boolean {
  const { joinRef } = message;
  if (sameRef(joinRef, channel.wireJoinRef)) return true;
  if (!profile.dropsStale) return message.event !== 'phx_leave' || channel.wireJoinRef === null;
  return joinRef === null && !profile.dropsNull;
}

/** Starts a channel and holds the transport until it answered (phoenix-semantics 2.4). */
export function join(transport: Transport, message: Message): void {
  const { context } = transport;
  const { joinRef, ref, topic } = message;
  const route = findRoute(context.socket.channels, topic);
  if (route === null) {
    context.logger.warning(() => `join of a topic no channel matches: ${JSON.stringify(topic)}`);
    return transport.reply(null, ref, topic, 'error', UNMATCHED);
  }
  const { maxChannels } = context.limits;
  if (maxChannels !== null && (transport.channels?.size ?? 0) >= maxChannels) {
    return transport.reply(joinRef, ref, topic, 'error', TOO_MANY);
  }
  const channel = context.channelSupervisor.startChild(
    () => new Channel(context, transport, route, topic as string, message),
  );
  transport.holdFor(channel);
  channel.send(new JoinRequest(message.payload));
}

/** Writes the join reply inline: the first frame of its join_ref. */
export function acceptJoin(transport: Transport, channel: Channel, result: JoinResult): void {
  if (result.tag === 'ok') {
    transport.channels ??= new Map();
    transport.channels.set(channel.topic, channel);
  }
  transport.reply(channel.wireJoinRef, channel.joinRequestRef, channel.topic, result.tag, result.response);
}

/** A channel ended, announced or not: the topic is free and the client told (phoenix-semantics 2.7). */
export function channelDown(transport: Transport, channel: Channel, event: 'phx_close' | 'phx_error'): void {
  if (transport.channels?.get(channel.topic) !== channel) return;
  transport.channels.delete(channel.topic);
  const { wireJoinRef, topic } = channel;
  const payload = event === 'phx_error' ? transport.context.profile.crashPayload : {};
  transport.write(transport.serializer.encodePush(wireJoinRef, wireJoinRef, topic, event, payload));
}
