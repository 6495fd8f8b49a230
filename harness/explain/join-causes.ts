/** Why a join is refused or stays without an answer (phoenix-semantics 2.4, 3.1). */
import type { Cause, CauseTable } from './explanation.ts';

export const JOIN_CAUSES: CauseTable = [
  [
    /unmatched topic/,
    {
      why: 'the user socket has no channel route for this topic',
      tryThis: [
        'channel "room:*", MyAppWeb.RoomChannel in the user socket; a pattern is exact, or ends with its one *',
        'a typo in the topic, or another socket of the endpoint: ws://host:port/socket against /live',
      ],
    },
  ],
  [
    /join crashed/,
    {
      why: 'join/3 raised, returned something else than {:ok, socket}, or pushed before the join was answered',
      tryThis: [
        'the log of the server has the exception',
        `the payload join/3 matches on: --join 'room:1 {"token":"…"}'`,
        'push and broadcast belong into handle_info(:after_join, socket)',
      ],
    },
  ],
  [
    /too many channels/,
    {
      why: 'since Phoenix 1.8.9 one connection holds at most 100 channels',
      tryThis: [
        'fewer topics for each client, more --clients',
        'max_channels_per_transport in use Phoenix.Socket or on the mount',
      ],
    },
  ],
  [
    /unauthori[sz]ed|forbidden|denied|not.?allowed|permission|token|jwt/i,
    {
      why: 'join/3 answered {:error, …}: the application does not let this client in',
      tryThis: [
        `what join/3 asks for: --join 'room:1 {"token":"…"}', or --param in connect/3`,
        'a user of its own for each client: --feed users.csv and {row.name} in --param or --join',
      ],
    },
  ],
];

export const JOIN_ERROR: Cause = {
  why: 'join/3 answered {:error, …}: this is the application’s own answer',
  tryThis: ['the payload and the parameters it expects: --join with a payload, --param'],
};

export const JOIN_TIMEOUT: Cause = {
  why: 'join/3 took longer than the client waits (10 s); its whole connection waits meanwhile',
  tryThis: [
    'move slow work out of join/3: send(self(), :after_join) and handle_info',
    'a longer --ramp: does it still happen when fewer join at once? then look at the pool of the database',
  ],
};
