/** Why an open connection ended, by its close code (phoenix-semantics 1.10). */
import type { Cause } from './explanation.ts';

const BY_CODE: Readonly<Record<string, Cause>> = {
  1000: {
    why: 'in good order: Cowboy after 60 s without a byte from the client, or Bandit at its shutdown',
    tryThis: [
      'did the server restart? its log tells; phoenix.js up to 1.8.15 does not come back from this code',
      'heartbeats shorter than the socket’s timeout: websocket: [timeout: 60_000]',
    ],
  },
  1001: {
    why: 'a "disconnect" broadcast on the id of the socket: the application logged these users out',
    tryThis: ['look for Endpoint.broadcast(socket_id, "disconnect", …); clients may share one user id'],
  },
  1002: {
    why: 'Bandit’s idle timeout (60 s without a byte from the client), or a protocol error',
    tryThis: ['heartbeats shorter than the socket’s timeout: websocket: [timeout: 60_000]'],
  },
  1006: {
    why: 'the connection went away without a close frame: the node or a proxy died, or cut it',
    tryThis: ['the log of the server, and idle limits of a proxy (proxy_read_timeout)'],
  },
  1007: {
    why: 'text that is not UTF-8',
    tryThis: ['payloads that pass through other encodings on the way'],
  },
  1009: {
    why: 'a frame larger than one end accepts',
    tryThis: ['max_frame_size of the socket', '--max-frame for what the server sends'],
  },
  1011: {
    why: 'the connection’s process crashed: a message its serializer could not read, or the user socket',
    tryThis: ['--vsn: does the socket speak this version?', 'the log of the server has the exception'],
  },
  1012: {
    why: 'the server drained its sockets, as it does at a restart or a deploy',
    tryThis: ['was there a deploy? else look for phx_drain and shutdown in its log'],
  },
  1013: {
    why: 'the server asked to try again later: it is over its limit',
    tryThis: ['fewer --clients or a longer --ramp, to find where it begins'],
  },
};

const OTHER_CODE: Cause = {
  why: 'a close code of the application or of a proxy',
  tryThis: ['where the server or the proxy closes with this code'],
};

const VANISHED = /closed without a close frame|\bECONNRESET\b|\bEPIPE\b/;

const TOO_LARGE: Cause = {
  why: 'the server sent a frame larger than a client accepts (16 MiB)',
  tryThis: ['--max-frame 64MiB, or maxFrameBytes in connect', 'smaller pushes and broadcasts'],
};

const BREACH: Cause = {
  why: 'the server, or a proxy before it, sent frames that RFC 6455 does not allow',
  tryThis: [
    'load the application itself, without the proxy',
    '--transport ws: does the stock client say the same?',
  ],
};

/** Why a connection that was open has ended, or undefined when its wording is none of ours. */
export function closeCause(wording: string): Cause | undefined {
  if (/^protocol error\b/.test(wording)) return wording.includes('too large') ? TOO_LARGE : BREACH;
  const code = /^closed by the server with (\d{4})\b/.exec(wording)?.[1];
  if (code !== undefined) return Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : OTHER_CODE;
  return undefined;
}

/** Why a connection that was open is gone without a word. */
export function vanishedCause(wording: string): Cause | undefined {
  return VANISHED.test(wording) ? BY_CODE['1006'] : undefined;
}
