/** Faults inside the channels of the bundled server. */
import { formatBytes, formatCount, formatMs, formatShare } from '../../base/units.ts';
import { numberOf, spec, TOPICS, type FaultParams, type FaultSpec, type FaultWords } from '../fault-spec.ts';

/** `10 % of channels of room:*`: unlike a topic, a channel belongs to one client. */
function channelsOf(params: FaultParams): Pick<FaultWords, 'share' | 'whom'> {
  const share = numberOf(params, 'share');
  const topic = String(params['topic'] ?? '*');
  const who = share === 1 ? 'all channels' : `${formatShare(share)} of channels`;
  return { share, whom: topic === '*' ? who : `${who} of ${topic}` };
}

export const channelCrash = spec({
  kind: 'channel_crash',
  builder: 'channelCrash',
  name: 'channel crashes',
  side: 'server',
  params: { ...TOPICS, everyMs: { type: 'number', unit: 'ms', min: 100, max: 600_000, default: 1_000 } },
  words: (params) => ({
    ...channelsOf(params),
    what: `raise once each ${formatMs(numberOf(params, 'everyMs'))}`,
  }),
  effects: ['clients joined', 'joins', 'pushes'],
});

export const mailboxFlood = spec({
  kind: 'mailbox_flood',
  builder: 'mailboxFlood',
  name: 'mailbox floods',
  side: 'server',
  params: {
    ...TOPICS,
    messages: { type: 'number', unit: 'a second', min: 1, max: 10_000, whole: true },
    ms: { type: 'number', unit: 'ms', min: 0, max: 60_000 },
  },
  words(params) {
    const messages = formatCount(numberOf(params, 'messages'));
    const what = `get ${messages} messages a second that take ${formatMs(numberOf(params, 'ms'))} each`;
    return { ...channelsOf(params), what };
  },
  effects: ['longest mailbox', 'mailboxes', 'pushes'],
});

export const stateLeak = spec({
  kind: 'state_leak',
  builder: 'stateLeak',
  name: 'state leaks',
  side: 'server',
  params: { ...TOPICS, bytes: { type: 'number', unit: 'bytes', min: 1, max: 10_000_000, whole: true } },
  words: (params) => ({
    ...channelsOf(params),
    what: `keep ${formatBytes(numberOf(params, 'bytes'))} more with each push`,
  }),
  effects: ['pushes', 'server memory'],
});

export const zombie = spec({
  kind: 'zombie',
  builder: 'zombie',
  name: 'zombie channels',
  side: 'server',
  params: { ...TOPICS, ms: { type: 'number', unit: 'ms', min: 1, max: 600_000 } },
  words: (params) => ({
    ...channelsOf(params),
    what: `outlive their clients by ${formatMs(numberOf(params, 'ms'))}, until lifted at most`,
  }),
  effects: ['processes', 'mailboxes', 'joins'],
});

export const CHANNEL_SPECS = [
  channelCrash,
  mailboxFlood,
  stateLeak,
  zombie,
] as const satisfies readonly FaultSpec[];
