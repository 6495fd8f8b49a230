import { RemoteDown, RemoteMessage } from '../otp/distribution.ts';
import { Down } from '../otp/signals.ts';
import { noreply, reply, type HandleResult } from '../phoenix/channel.ts';
import type { ChannelSocket } from '../phoenix/channel-socket.ts';
import { Transport } from '../phoenix/transport.ts';
import { RawMessage } from '../pubsub/fanned.ts';
import { readUserId } from './drill-socket.ts';
import { readField } from './payload.ts';

/**
 * Monitors the transports of a user's connections on this topic, on all nodes.
 *
 *     here                              every other node
 *     who_is, to the topic ───────────▶ each channel of that user
 *     monitor ◀──────────── here_is ─── answers with its transport's pid
 */
export function monitorUser(payload: unknown, socket: ChannelSocket): HandleResult {
  const userId = readField(payload, 'user_id');
  for (const { transport } of socket.subscriptions()) {
    const watchable = transport instanceof Transport && transport !== socket.transport;
    if (watchable && readUserId(transport.assigns) === userId) transport.monitoredBy(socket.process);
  }
  const { pubsub, distribution } = socket.process.context;
  const question = { who_is: userId, node: socket.runtime.node, id: socket.process.id };
  for (const node of distribution.connected()) {
    pubsub.directBroadcast(node, RawMessage.of(socket.topic, question), socket.process);
  }
  return reply('ok');
}

/** What comes of it in handle_info; null where the message is another. */
export function handleMonitorInfo(message: unknown, socket: ChannelSocket): HandleResult | null {
  if (message instanceof RawMessage) return answerWho(message.payload, socket);
  if (message instanceof RemoteMessage) return monitorHere(message, socket);
  if (message instanceof RemoteDown) return tellDown(message.token, socket);
  if (message instanceof Down && message.process instanceof Transport) {
    return tellDown(readUserId(message.process.assigns), socket);
  }
  return null;
}

function answerWho(question: unknown, socket: ChannelSocket): HandleResult | null {
  const [userId, node, id] = [
    readField(question, 'who_is'),
    readField(question, 'node'),
    readField(question, 'id'),
  ];
  if (typeof node !== 'number' || typeof id !== 'number') return null;
  if (userId === readUserId(socket.assigns)) {
    socket.process.context.distribution.sendToPid(node, id, { here_is: userId, id: socket.transport.id });
  }
  return noreply();
}

function monitorHere({ from, payload }: RemoteMessage, socket: ChannelSocket): HandleResult | null {
  const [userId, id] = [readField(payload, 'here_is'), readField(payload, 'id')];
  if (typeof userId !== 'string' || typeof id !== 'number') return null;
  socket.process.context.distribution.monitorRemote(socket.process, from, id, userId);
  return noreply();
}

function tellDown(userId: unknown, socket: ChannelSocket): HandleResult {
  socket.push('down', { user_id: userId });
  return noreply();
}
