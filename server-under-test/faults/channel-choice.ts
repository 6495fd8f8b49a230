import type { Process } from '../otp/process.ts';
import type { Channel } from '../phoenix/channel-server.ts';
import type { EndpointContext } from '../phoenix/context.ts';
import { matchesTopic } from '../phoenix/routes.ts';
import type { FaultOrder } from './fault.ts';
import { textIn } from './order-params.ts';
import type { ParamRule } from './param-rule.ts';
import { isSelected } from './selection.ts';

/** The parameter of all faults that hit channels or topics. */
export const TOPIC: ParamRule = { type: 'text', required: false };

/** What a draw on a channel goes by: the same for every life of one topic on one connection. */
export function drawName({ runtime, transport, topic }: Channel): string {
  return `${runtime.node}.${transport.id}/${topic}`;
}

/** Whether a topic matches the order's pattern. */
export function topicFilter(order: FaultOrder): (topic: string) => boolean {
  const pattern = textIn(order, 'topic', '*');
  return (topic) => matchesTopic(pattern, topic);
}

/** Whether a channel belongs to the share the seed picks, as the order stands then. */
export function isInShare(channel: Channel, { share, seed }: FaultOrder): boolean {
  return share >= 1 || isSelected(drawName(channel), share, seed);
}

// By its kind and not by its class: the primary reads these files too, and has no use for what a channel is made of.
function isChannel(process: Process): process is Channel {
  return process.kind === 'channel';
}

/** Channels of a node that are joined, as they are now. */
export function joinedChannels(target: EndpointContext): Channel[] {
  const channels: Channel[] = [];
  for (const child of target.channelSupervisor.living()) {
    if (isChannel(child) && child.joined) channels.push(child);
  }
  return channels;
}
