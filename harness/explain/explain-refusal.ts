/** Refusals explained: each by its cause and by what to try, in the order of how many there were. */
import { formatCount } from '../base/units.ts';
import type { Refusal } from '../base/refusal.ts';
import { closeCause, vanishedCause } from './close-causes.ts';
import { causeIn, type Cause, type CauseTable, type Explanation } from './explanation.ts';
import { HTTP_CAUSES } from './http-causes.ts';
import { JOIN_CAUSES, JOIN_ERROR, JOIN_TIMEOUT } from './join-causes.ts';
import { NETWORK_CAUSES } from './network-causes.ts';
import {
  CHANNEL_CLOSED,
  CRASH_ALONE,
  CRASH_AT_EVENT,
  HEARTBEAT_TIMEOUT,
  LOST,
  NEVER_SENT,
  PUSH_CAUSES,
  PUSH_ERROR,
  PUSH_TIMEOUT,
} from './push-causes.ts';
import { TLS_CAUSES } from './tls-causes.ts';

const FAULT: Cause = { why: 'a fault of this run cut it', tryThis: [] };
const OUTCOME_OF_HEARTBEAT = 'closed by the client';

const UNKNOWN: Cause = { why: '', tryThis: [] };

/** What one refusal means; every refusal has an answer, be it only its own words. */
export function explainRefusal(refusal: Refusal): Explanation {
  return { what: whatOf(refusal), ...causeOf(refusal) };
}

const OPENING: readonly CauseTable[] = [HTTP_CAUSES, TLS_CAUSES, NETWORK_CAUSES];

/**
 * What is worth telling at the end of a run: not what the run's own faults have cut, and what was
 * lost behind what it was lost by, which is the one to mend.
 */
export function worthTelling(refusals: readonly Refusal[] = []): Refusal[] {
  const told = refusals.filter((refusal) => !isOfFault(refusal.cause));
  const isConsequence = ({ operation, how }: Refusal): boolean => operation !== 'connect' && how === 'lost';
  return [...told.filter((refusal) => !isConsequence(refusal)), ...told.filter(isConsequence)];
}

function isOfFault(cause: string): boolean {
  return cause.endsWith('by a fault');
}

/** Why a connection did not come about, by its named outcome: `HTTP 403`, `ECONNREFUSED`. */
export function explainConnection(detail: string): Cause {
  const known = closeCause(detail);
  if (known) return known;
  for (const table of OPENING) {
    const cause = causeIn(table, detail);
    if (cause) return cause;
  }
  return UNKNOWN;
}

function causeOf({ operation, how, event, cause }: Refusal): Cause {
  switch (operation) {
    case 'connect': {
      const wasOpen = how === 'lost' || how === 'closed';
      // A client closes of its own accord only when nobody answers its heartbeats.
      if (wasOpen && cause === OUTCOME_OF_HEARTBEAT) return HEARTBEAT_TIMEOUT;
      if (isOfFault(cause)) return FAULT;
      return (wasOpen ? vanishedCause(cause) : undefined) ?? explainConnection(cause);
    }
    case 'join':
      if (how === 'timeout') return JOIN_TIMEOUT;
      if (how !== 'error') return LOST;
      return causeIn(JOIN_CAUSES, cause) ?? JOIN_ERROR;
    case 'push':
      if (how === 'timeout') return cause === 'never sent' ? NEVER_SENT : PUSH_TIMEOUT;
      if (how !== 'error') return LOST;
      return causeIn(PUSH_CAUSES, cause) ?? PUSH_ERROR;
    case 'heartbeat':
      return how === 'lost' ? LOST : HEARTBEAT_TIMEOUT;
    case 'channel':
      if (how === 'closed') return CHANNEL_CLOSED;
      if (how === 'lost') return LOST;
      return event === null ? CRASH_ALONE : CRASH_AT_EVENT;
  }
}

/** Who, how many, how it ended, and in whose words: `5,000 joins of room:# were refused: …`. */
function whatOf({ operation, topic, event, how, cause, count }: Refusal): string {
  const on = topic === null ? '' : ` of ${topic}`;
  const were = count === 1 ? 'was' : 'were';
  const many = formatCount(count);
  const one = (noun: string): string => `${many} ${noun}${count === 1 ? '' : plural(noun)}`;
  const because = cause === '' ? '' : `: ${cause}`;
  switch (operation) {
    case 'connect':
      return how === 'lost' || how === 'closed'
        ? `${one('connection')} ended${because}`
        : `${one('connection')} ${were} refused${because}`;
    case 'join':
      if (how === 'timeout') return `${one('join')}${on} ${were} not answered`;
      return how === 'error'
        ? `${one('join')}${on} ${were} refused${because}`
        : `${one('join')}${on} ${were} lost${because}`;
    case 'push': {
      const pushes = `${one('push')}${event === null ? '' : ` ${event}`}${topic === null ? '' : ` to ${topic}`}`;
      if (how === 'timeout')
        return `${pushes} ${were} ${cause === 'never sent' ? 'never sent' : 'not answered'}`;
      return how === 'error'
        ? `${pushes} ${were} answered with an error${because}`
        : `${pushes} ${were} lost${because}`;
    }
    case 'heartbeat':
      return `${one('heartbeat')} ${were} not answered`;
    case 'channel': {
      const channels = `${one('channel')}${on}`;
      if (how === 'closed') return `${channels} ${were} closed by the server`;
      if (how === 'lost') return `${channels} ${were} lost${because}`;
      return `${channels} crashed${event === null ? '' : ` with ${event} under way`}`;
    }
  }
}

function plural(noun: string): string {
  return noun.endsWith('sh') ? 'es' : 's';
}
