/** Faults of the bundled server, asked of its control port. */
import { formatMs, formatShare } from '../../base/units.ts';
import { connections, numberOf, spec, TOPICS, topicsOf, type FaultSpec } from '../fault-spec.ts';
import { CHANNEL_SPECS } from './server-channels.ts';
import { PROCESS_SPECS } from './server-processes.ts';

const delayMs = { type: 'number', unit: 'ms', min: 1, max: 600_000 } as const;

export const slowConnect = spec({
  kind: 'slow_connect',
  builder: 'slowConnect',
  name: 'slow connects',
  side: 'server',
  params: { delayMs, share: TOPICS.share },
  words(params) {
    const share = numberOf(params, 'share');
    const what = `connect takes ${formatMs(numberOf(params, 'delayMs'))}`;
    return { share, whom: connections(share), what };
  },
  effects: ['connects', 'clients joined'],
});

export const slowJoin = spec({
  kind: 'slow_join',
  builder: 'slowJoin',
  name: 'slow joins',
  side: 'server',
  params: { delayMs, ...TOPICS, rejoin: { type: 'share', default: 0 } },
  words(params) {
    const rejoin = numberOf(params, 'rejoin');
    const again = rejoin > 0 ? `, ${formatShare(rejoin)} of clients rejoin` : '';
    return { ...topicsOf(params), what: `join takes ${formatMs(numberOf(params, 'delayMs'))}${again}` };
  },
  effects: ['joins', 'last receiver'],
});

export const blockingHandler = spec({
  kind: 'blocking_handler',
  builder: 'blockingHandler',
  name: 'blocking handlers',
  side: 'server',
  params: { delayMs, ...TOPICS },
  words: (params) => ({
    ...topicsOf(params),
    what: `handle_in takes ${formatMs(numberOf(params, 'delayMs'))}`,
  }),
  effects: ['pushes', 'longest mailbox'],
});

export const intercept = spec({
  kind: 'intercept',
  builder: 'intercept',
  name: 'intercepted broadcasts',
  side: 'server',
  params: { event: { type: 'text' }, topic: TOPICS.topic },
  words: (params) => ({
    share: 1,
    whom: topicsOf({ ...params, share: 1 }).whom,
    what: `broadcasts of ${params['event']} pass through every channel process`,
  }),
  effects: ['last receiver', 'mailboxes', 'cpu per delivery'],
});

export const SERVER_SPECS = [
  slowConnect,
  slowJoin,
  blockingHandler,
  intercept,
  ...CHANNEL_SPECS,
  ...PROCESS_SPECS,
] as const satisfies readonly FaultSpec[];
