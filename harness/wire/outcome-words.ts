/**
 * The words for how a connection can end: `CloseCause.detail`. They stand in
 * artefacts and are explained elsewhere, so they are stable: a cause begins with
 * one of these; after it may follow what the server said, bounded.
 */

export const OUTCOME = {
  closedByClient: 'closed by the client',
  /** After the upgrade, FIN and no close frame. */
  vanished: 'closed without a close frame',
  /** Followed by the close code, and `: ` with the reason when the server gave one. */
  closedByServer: 'closed by the server with',
  /** Followed by `: ` and one of `BREACH`. */
  protocolError: 'protocol error',
  /** Before the upgrade was answered in full. */
  closedEarly: 'closed during the upgrade',
  notHttp: 'no HTTP answer',
  speaksTls: 'the server speaks TLS',
  speaksNoTls: 'the server speaks no TLS',
  endlessHead: 'an endless response head',
  /** Followed by the status, then `, Retry-After …` or `, redirected to …`. */
  http: 'HTTP',
  noUpgrade: '101 without Upgrade: websocket',
  wrongAccept: 'wrong Sec-WebSocket-Accept',
  extension: 'an extension nobody offered',
  subprotocol: 'a subprotocol nobody offered',
  /** The stock `ws` client only: it insists on an answer to its offer. */
  noSubprotocol: 'no subprotocol, though some were offered',
  certificateExpired: 'TLS certificate expired',
  certificateSelfSigned: 'TLS certificate is self-signed',
  certificateUnknown: 'TLS certificate of an unknown authority',
  certificateOtherName: 'TLS certificate for another name',
  /** Followed by `: ` and OpenSSL's code. */
  tlsFailed: 'TLS failed',
  /** Ours, before anything was sent; followed by `: ` and what is wrong. */
  badRequest: 'a request that cannot be sent',
} as const;

/** How a server can break RFC 6455, with the close code it hears for it. */
export const BREACH = {
  reservedBits: [1002, 'reserved bits are set'],
  masked: [1002, 'a server frame is masked'],
  control: [1002, 'a control frame is long or split'],
  opcode: [1002, 'an unknown opcode'],
  nested: [1002, 'a new message inside a split one'],
  stray: [1002, 'a stray continuation frame'],
  longLength: [1002, 'a length in more bytes than it needs'],
  closeLength: [1002, 'a close frame of one byte'],
  closeCode: [1002, 'a close code not allowed on the wire'],
  utf8: [1007, 'text that is not UTF-8'],
  fragments: [1008, 'a message in too many fragments'],
  size: [1009, 'a message too large'],
} as const satisfies Record<string, readonly [number, string]>;

export type Breach = (typeof BREACH)[keyof typeof BREACH];

const CERTIFICATES: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', OUTCOME.certificateExpired],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', OUTCOME.certificateSelfSigned],
  ['SELF_SIGNED_CERT_IN_CHAIN', OUTCOME.certificateUnknown],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', OUTCOME.certificateUnknown],
  ['UNABLE_TO_GET_ISSUER_CERT', OUTCOME.certificateUnknown],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', OUTCOME.certificateUnknown],
  ['CERT_SIGNATURE_FAILURE', OUTCOME.certificateUnknown],
  ['ERR_TLS_CERT_ALTNAME_INVALID', OUTCOME.certificateOtherName],
]);

/** What Node says in place of a code of its own, or beside one that says less. */
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/^socket hang up|^Client network socket disconnected/, OUTCOME.closedEarly],
  [/wrong version number|packet length too long/, OUTCOME.speaksNoTls],
];

/** What a socket's error is called: its own code (`ECONNRESET`), or TLS in words. */
export function socketOutcome(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code ?? error.message;
  const known = CERTIFICATES.get(code) ?? MESSAGES.find(([pattern]) => pattern.test(error.message))?.[1];
  if (known !== undefined) return known;
  return code.startsWith('ERR_SSL_') || code === 'EPROTO' ? `${OUTCOME.tlsFailed}: ${code}` : code;
}

/** A refusal by HTTP; the headers as the server sent them, `undefined` when it did not. */
export function httpOutcome(
  status: string,
  retryAfter: string | undefined,
  location: string | undefined,
): string {
  const refused = `${OUTCOME.http} ${status}`;
  if (status.startsWith('3') && location !== undefined) {
    // Neither a query nor a user name: both are places for secrets.
    const shown = location.replace(/[?#].*$/, '').replace(/\/\/[^/]*@/, '//');
    return `${refused}, redirected to ${printable(shown)}`;
  }
  return retryAfter === undefined ? refused : `${refused}, Retry-After ${printable(retryAfter)}`;
}

/** A close frame of the server. */
export function closeOutcome(code: number, reason: string): string {
  const closed = `${OUTCOME.closedByServer} ${code}`;
  return reason === '' ? closed : `${closed}: ${printable(reason)}`;
}

/** At most 80 characters on one line, whatever a server put there. */
function printable(text: string): string {
  const plain = text
    .slice(0, 200)
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim();
  return plain.length <= 80 ? plain : `${plain.slice(0, 79)}…`;
}
