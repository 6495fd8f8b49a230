/** Faults in single frames that clients send, or do not; against any server. */
import { LINKS, linksOf, spec } from '../fault-spec.ts';

export const heartbeatLoss = spec({
  kind: 'heartbeat_loss',
  builder: 'heartbeatLoss',
  name: 'lost heartbeats',
  side: 'link',
  params: LINKS,
  words: (params) => ({ ...linksOf(params), what: 'heartbeats never leave' }),
  effects: ['clients joined', 'timeouts', 'drops', 'reconnects'],
});

const FORMS: Readonly<Record<string, string>> = {
  json: 'text that is not JSON',
  list: 'a list of four',
  binary: 'a binary frame of no known kind',
  utf8: 'text that is not UTF-8',
  unmasked: 'a frame without a mask',
};

export const garbage = spec({
  kind: 'garbage',
  builder: 'garbage',
  name: 'malformed frames',
  side: 'link',
  params: {
    form: { type: 'choice', of: ['json', 'list', 'binary', 'utf8', 'unmasked'], default: 'json' },
    ...LINKS,
  },
  words: (params) => ({
    ...linksOf(params),
    what: `send ${FORMS[String(params['form'])] ?? 'a malformed frame'} once, within a second`,
  }),
  effects: ['clients joined', 'drops', 'missing', 'reconnects'],
});

export const staleJoinRef = spec({
  kind: 'stale_join_ref',
  builder: 'staleJoinRef',
  name: 'stale join_refs',
  side: 'link',
  params: LINKS,
  words: (params) => ({ ...linksOf(params), what: 'push under the join_ref of an earlier join' }),
  effects: ['timeouts', 'pushes'],
});
