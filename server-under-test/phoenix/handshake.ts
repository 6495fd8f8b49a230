import { hash } from 'node:crypto';
import { NO_SUBPROTOCOL, readSubprotocol } from './auth-token.ts';
import { ConnectInfo, header, type OpeningRequest } from './connect-info.ts';
import { matchPath, type MountPath } from './mount-path.ts';
import { originAllowed, type OriginRule } from './origin.ts';
import { parseQuery, type Params } from './plug-params.ts';
import type { Serializer } from './serializer.ts';
import { upgradeProblem } from './upgrade-headers.ts';
import { negotiate } from './vsn.ts';

export type { ConnectInfo } from './connect-info.ts';

/** What the endpoint checks the requests of one socket's mount against. */
export interface HandshakeRules {
  readonly websocket: MountPath;
  readonly longPoll: MountPath;
  readonly origin: OriginRule;
  /** The mount's `auth_token: true`. */
  readonly authToken: boolean;
}

/** A request whose serializer is agreed: what connect/3 is asked about. */
export interface Opened {
  readonly serializer: Serializer;
  readonly vsn: string;
  readonly params: Params;
  readonly connectInfo: ConnectInfo;
}

/** An upgrade that stands if connect/3 agrees. */
export interface Accepted extends Opened {
  readonly acceptKey: string;
  /** To be answered as Sec-WebSocket-Protocol. */
  readonly subprotocol: 'phoenix' | null;
}

/** The answer to a request that goes no further. */
export class Refused {
  readonly status: 400 | 403 | 404;
  readonly body: string;
  /** Long-poll answers a refused origin before it looks at the session. */
  readonly byOrigin: boolean;

  constructor(status: Refused['status'], body = '', byOrigin = false) {
    this.status = status;
    this.body = body;
    this.byOrigin = byOrigin;
  }
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const AUTH_TOKEN_HEADER = 'x-phoenix-authtoken';

const NOT_FOUND = new Refused(404);
const NOT_GET = new Refused(400);
const BAD_QUERY = new Refused(400, 'Bad Request');
const FOREIGN_ORIGIN = new Refused(403, '', true);
const FORBIDDEN = new Refused(403);

/** What both transports ask of a request first: its path, its method, its params, its origin. */
function admit(
  request: OpeningRequest,
  mount: MountPath,
  rules: HandshakeRules,
  method: boolean,
): Params | Refused {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const fromPath = matchPath(mount, mark < 0 ? url : url.slice(0, mark));
  if (fromPath === null) return NOT_FOUND;
  if (!method) return NOT_GET;
  const fromQuery = parseQuery(mark < 0 ? '' : url.slice(mark + 1));
  if (fromQuery === null) return BAD_QUERY;
  if (!originAllowed(header(request, 'origin'), rules.origin)) return FOREIGN_ORIGIN;
  return Object.assign(fromQuery, fromPath);
}

/**
 * Decides on one request to the WebSocket mount (phoenix-semantics 1.1), in Phoenix's order: 404 another path, 400 no GET or
 * no UTF-8, 403 origin, subprotocol or vsn, 400 upgrade headers.
 *
 * Phoenix looks at those headers after connect/3; here a request without them never gets that far.
 */
export function judgeUpgrade(request: OpeningRequest, rules: HandshakeRules): Accepted | Refused {
  const params = admit(request, rules.websocket, rules, request.method === 'GET');
  if (params instanceof Refused) return params;
  const protocols = rules.authToken
    ? readSubprotocol(header(request, 'sec-websocket-protocol'))
    : NO_SUBPROTOCOL;
  if (protocols === null) return FORBIDDEN;
  const negotiated = negotiate(params);
  if (negotiated === null) return FORBIDDEN;
  const problem = upgradeProblem(request);
  if (problem !== null) return new Refused(400, problem);
  return {
    serializer: negotiated.serializer,
    vsn: negotiated.vsn,
    params,
    connectInfo: new ConnectInfo(request, protocols.authToken),
    acceptKey: hash('sha1', header(request, 'sec-websocket-key') + GUID, 'base64'),
    subprotocol: protocols.subprotocol,
  };
}

/** Decides on one GET or POST to the long-poll mount; a refused vsn matters only to who has no session yet (phoenix-semantics 1.9). */
export function judgeLongPoll(request: OpeningRequest, rules: HandshakeRules): Opened | Refused {
  const params = admit(request, rules.longPoll, rules, true);
  if (params instanceof Refused) return params;
  const negotiated = negotiate(params);
  if (negotiated === null) return FORBIDDEN;
  const authToken = rules.authToken ? (header(request, AUTH_TOKEN_HEADER) ?? null) : null;
  return { ...negotiated, params, connectInfo: new ConnectInfo(request, authToken) };
}
