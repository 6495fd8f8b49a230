/** The counters of one kind of message, named once: a name put together for each message costs more than the count. */
import type { CounterName } from '../measure/names.ts';
import type { ReplyKind } from '../wire/pending-reply.ts';
import type { ReplyStatus } from '../wire/reply.ts';

type Names = { planned: CounterName; sent: CounterName; dropped: CounterName } & Record<
  ReplyStatus,
  CounterName
>;

const namesOf = (kind: ReplyKind): Names => ({
  planned: `${kind}_planned`,
  sent: `${kind}_sent`,
  dropped: `${kind}_dropped`,
  ok: `${kind}_ok`,
  error: `${kind}_error`,
  timeout: `${kind}_timeout`,
  lost: `${kind}_lost`,
});

export const OUTCOME_NAMES: Readonly<Record<ReplyKind, Names>> = {
  join: namesOf('join'),
  push: namesOf('push'),
  heartbeat: namesOf('heartbeat'),
};
