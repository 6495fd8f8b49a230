/** Cases that no run against a server's channels alone can judge: counted, never passed here. */
import type { ElsewhereCase } from './case.ts';

const CLIENT = 'about the client: run by the official client’s suite';
const LIVE_VIEW = 'LiveView is not mounted';

function elsewhere(reason: string, spec: string, titles: Readonly<Record<number, string>>): ElsewhereCase[] {
  return Object.entries(titles).map(([number, title]) => ({
    number: Number(number),
    title,
    spec,
    elsewhere: reason,
  }));
}

export const ELSEWHERE: readonly ElsewhereCase[] = [
  ...elsewhere(CLIENT, '6.1, 6.2', {
    77: 'reconnect delays',
    78: 'rejoin delays',
    79: 'phx_close: no rejoin',
    81: 'no heartbeat answer',
    82: 'server close 1000, 1001, 1012',
    83: 'join unanswered for 10 s',
    84: 'push before the join is answered',
    85: 'leave() is ok at once',
    87: 'messages with an old or a null join_ref',
  }),
  ...elsewhere(LIVE_VIEW, '8', {
    88: 'join with the page’s tokens',
    89: 'wrong id or tokens: stale',
    90: 'events and diffs',
    91: 'leave: phx_close, then the reply',
    92: 'mount raises a 404-class exception',
    93: 'close 1000: page reload',
  }),
];
