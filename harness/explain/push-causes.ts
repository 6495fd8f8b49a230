/** Why a push fails or stays without an answer (phoenix-semantics 3.3, 1.6), and why channels end (2.7). */
import type { Cause, CauseTable } from './explanation.ts';

export const PUSH_CAUSES: CauseTable = [
  [
    /unmatched topic/,
    {
      why: 'the channel had ended on the server before the event came: it crashed or was closed a moment earlier',
      tryThis: ['the line about a channel that crashed, and the log of the server'],
    },
  ],
];

export const PUSH_ERROR: Cause = {
  why: 'handle_in replied {:error, …}: this is the application’s own answer',
  tryThis: ['the payload it expects'],
};

export const PUSH_TIMEOUT: Cause = {
  why: 'handle_in returns {:noreply, socket}: there is no answer to wait for; or it took more than 10 s',
  tryThis: [
    'send it without waiting: --cast in place of --push, channel.cast in a scenario',
    'reply from handle_in: {:reply, :ok, socket}',
    'a handler that answers, but late: fewer pushes a second for each channel',
  ],
};

/** A push that waited for its join until its own time was over (phoenix-semantics 6.2). */
export const NEVER_SENT: Cause = {
  why: 'it waited for the join of its topic, and its own timeout came first',
  tryThis: ['the line about joins of this topic', 'push after the join was accepted: await user.join(…)'],
};

/** A channel that crashed with an event under way. */
export const CRASH_AT_EVENT: Cause = {
  why: 'most likely handle_in raised: no clause matches this event or its payload (FunctionClauseError)',
  tryThis: [
    'a clause of handle_in for this event and this payload; the log of the server has the exception',
    'a GenServer.call or Task.await in it that took longer than 5 s ends the channel as well',
  ],
};

/** A channel that crashed of its own accord. */
export const CRASH_ALONE: Cause = {
  why: 'handle_info or handle_out raised, or a process the channel is linked to died (Presence, a task)',
  tryThis: ['the log of the server has the exception'],
};

export const CHANNEL_CLOSED: Cause = {
  why: '{:stop, :normal, socket} in the channel, or the topic was joined twice on one connection',
  tryThis: ['look for {:stop, …} in the channel', 'one --join for each topic of a client'],
};

export const LOST: Cause = {
  why: 'the connection or the channel went away while the answer was awaited',
  tryThis: ['the other lines tell why it went; phoenix.js does not send such a push again'],
};

export const HEARTBEAT_TIMEOUT: Cause = {
  why: 'the connection stands still: a slow join/3 holds it, an overloaded server, or a half-open link',
  tryThis: [
    'join/3 that takes long: it holds heartbeats too',
    'the load of the server at that moment; a proxy that forgot the connection',
  ],
};
