/** Why a server answers an upgrade with something other than 101 (phoenix-semantics 1.1). */
import type { CauseTable } from './explanation.ts';

export const HTTP_CAUSES: CauseTable = [
  [
    /\bHTTP 403\b/,
    {
      why: 'connect/3 returned :error, or check_origin, the vsn or the subprotocol was refused',
      tryThis: [
        'what connect/3 asks for: --param token=…, or --auth-token … where the mount has auth_token: true',
        'leave out an Origin header: without one check_origin does not look',
        '--vsn 2.0.0 or --vsn 1.0.0: any other version is answered with 403',
      ],
    },
  ],
  [
    /\bHTTP 404\b/,
    {
      why: 'no socket is mounted at this path',
      tryThis: [
        'the URL as phoenix.js takes it: ws://host:port/socket, without /websocket',
        'compare with socket "/socket", MyAppWeb.UserSocket in the endpoint: it must have websocket: true',
      ],
    },
  ],
  [
    /\bHTTP 401\b/,
    {
      why: 'something before the socket, a proxy or an error handler of its own, wants credentials',
      tryThis: ["--header 'Authorization: …' or --param token=…"],
    },
  ],
  [
    /\bHTTP 400\b/,
    {
      why: 'the upgrade headers did not arrive as they were sent, or another kind of server listens there',
      tryThis: [
        'a proxy in between must pass Upgrade and Connection on; load the application itself first',
        'look at the path: a plain route answers an upgrade with 400 as well',
      ],
    },
  ],
  [
    /\bHTTP 426\b/,
    {
      why: 'the server wants another protocol at this path, or a proxy took the upgrade away',
      tryThis: ['load the application itself, without the proxy', 'wss:// where the server asks for TLS'],
    },
  ],
  [
    /\bHTTP 429\b/,
    {
      why: 'a rate limit, of an error_handler of the socket or of a proxy, refused the connection',
      tryThis: [
        'a longer --ramp, so that fewer connect in one second',
        'lift the limit for the address of this machine while testing',
      ],
    },
  ],
  [
    /\bHTTP 30[12378]\b/,
    {
      why: 'the server redirects, which clients of a WebSocket do not follow; mostly force_ssl',
      tryThis: ['wss:// in place of ws://', 'the host name the application is configured for'],
    },
  ],
  [
    /\bHTTP 50[24]\b/,
    {
      why: 'a proxy could not reach the application behind it',
      tryThis: ['is the application up? load it without the proxy', 'raise the proxy’s connection limit'],
    },
  ],
  [
    /\bHTTP 503\b/,
    {
      why: 'the server or its proxy is at its limit, or is shutting down',
      tryThis: [
        'fewer --clients or a longer --ramp, to find where it begins',
        'connection limits: max_connections of Cowboy, num_connections of Thousand Island, worker_connections of a proxy',
      ],
    },
  ],
  [
    /\bHTTP 5\d\d\b/,
    {
      why: 'connect/3 raised, or something before the socket failed',
      tryThis: ['the log of the server has the exception', 'the parameters connect/3 matches on: --param …'],
    },
  ],
];
