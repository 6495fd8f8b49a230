/** Why a connection does not come about below HTTP: names, ports, silence. */
import type { CauseTable } from './explanation.ts';

const DOCTOR = 'firedrill doctor: what this machine can hold, and the command that lifts each limit';

export const NETWORK_CAUSES: CauseTable = [
  [
    /\bECONNREFUSED\b/,
    {
      why: 'nobody listens at this address and port',
      tryThis: [
        'start the server, or correct the port',
        'a server bound to 127.0.0.1 is not reachable by its other names: 127.0.0.1 for localhost, or the reverse',
      ],
    },
  ],
  [
    /\bENOTFOUND\b|\bEAI_\w+|name does not resolve|DNS/i,
    { why: 'the host name does not resolve', tryThis: ['a typo in the host? an IP address works as well'] },
  ],
  [
    /\bE(?:HOST|NET)UNREACH\b/,
    {
      why: 'there is no route to this address',
      tryThis: ['a firewall, a VPN or a container network in between?'],
    },
  ],
  [
    /\bEADDRNOTAVAIL\b/,
    {
      why: 'this machine has no free port left towards that address: the limit is ours, not the server’s',
      tryThis: [DOCTOR],
    },
  ],
  [
    /\bE[MN]FILE\b/,
    {
      why: 'this machine ran out of file descriptors: the limit is ours, not the server’s',
      tryThis: ['ulimit -n 1048576', DOCTOR],
    },
  ],
  [
    /no HTTP answer|endless response head/,
    {
      why: 'what answered there speaks no HTTP',
      tryThis: ['the port of the endpoint; wss:// where it speaks TLS'],
    },
  ],
  [
    /101 without Upgrade|Sec-WebSocket-Accept|extension nobody offered|a subprotocol nobody offered/,
    {
      why: 'the answer to the upgrade is not the one RFC 6455 asks for: something in between answered',
      tryThis: ['load the application itself, without the proxy'],
    },
  ],
  [
    /no subprotocol/,
    {
      why: 'the server chose none of the subprotocols it was offered, which the stock ws client does not accept',
      tryThis: [
        'without --transport ws',
        'auth_token: true on the socket, where --auth-token is meant to be read',
      ],
    },
  ],
  [
    /request that cannot be sent/,
    {
      why: 'the scenario or the command line gave a header, parameter or path that HTTP does not allow',
      tryThis: ['look for line ends and signs beyond ASCII in --header and connect.headers'],
    },
  ],
  [
    /\bECONNABORTED\b/,
    {
      why: "this machine's own kernel ended it, as fault.connectionKill and ss -K have it do",
      tryThis: ['what ran here then: ss -K, a VPN or an interface that went away?'],
    },
  ],
  [
    /\bECONNRESET\b|\bEPIPE\b|closed during the upgrade|without a close frame/,
    {
      why: 'the server or something in between cut it; a full listen queue or a connection limit does so too',
      tryThis: [
        'a longer --ramp: is it the number at once, or the number at all?',
        'the log of the server at that moment, and of the proxy before it',
      ],
    },
  ],
  [
    /\bETIMEDOUT\b|no answer|time(?:d )?out/i,
    {
      why: 'nothing answered in time: a slow connect/3, a full listen queue, or a firewall that drops packets',
      tryThis: [
        'a longer --ramp: connect/3 runs in the upgrade, one slow query there holds each connection',
        'acceptors and backlog of the server (100 and 1,024 by default)',
      ],
    },
  ],
];
