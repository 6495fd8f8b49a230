/** Every case there is, by number. */
import type { ConformanceCase } from './case.ts';
import { BEYOND_CHANNELS } from './cases-beyond-channels.ts';
import { BEYOND } from './cases-beyond.ts';
import { BROADCASTS } from './cases-broadcasts.ts';
import { CALLS } from './cases-calls.ts';
import { CONNECTION_ENDS } from './cases-connection-ends.ts';
import { ELSEWHERE } from './cases-elsewhere.ts';
import { EVENTS } from './cases-events.ts';
import { FRAMING } from './cases-framing.ts';
import { JOINING } from './cases-joining.ts';
import { LEAVING } from './cases-leaving.ts';
import { LONG_POLL } from './cases-long-poll.ts';
import { OPENING } from './cases-opening.ts';
import { PRESENCE } from './cases-presence.ts';
import { placeOf } from './section-ten.ts';

export const ALL_CASES: readonly ConformanceCase[] = [
  ...OPENING,
  ...FRAMING,
  ...JOINING,
  ...LEAVING,
  ...EVENTS,
  ...CALLS,
  ...BROADCASTS,
  ...PRESENCE,
  ...CONNECTION_ENDS,
  ...LONG_POLL,
  ...ELSEWHERE,
  ...BEYOND,
  ...BEYOND_CHANNELS,
].toSorted((a, b) => placeOf(a.number) - placeOf(b.number));
