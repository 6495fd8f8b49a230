/** What came of `Sec-WebSocket-Protocol`: the token in it, and the protocol to answer with. */
export interface Subprotocol {
  readonly authToken: string | null;
  readonly subprotocol: 'phoenix' | null;
}

const PREFIX = 'base64url.bearer.phx.';
const BASE64 = /^[A-Za-z\d+/]*={0,2}$/;
/** The header is absent, or the mount does not look at it. */
export const NO_SUBPROTOCOL: Subprotocol = Object.freeze({ authToken: null, subprotocol: null });

/** Decodes as Base.decode64 does without padding; null when it is no base64. The alphabet is not the URL's, whatever the prefix says. */
function decode(encoded: string): string | null {
  if (!BASE64.test(encoded) || encoded.replaceAll('=', '').length % 4 === 1) return null;
  return Buffer.from(encoded, 'base64').toString('utf8');
}

/**
 * Reads `phoenix, base64url.bearer.phx.<token>` on a mount with an auth token (phoenix-semantics 1.1); null refuses.
 *
 * The token's entry is taken out first: alone it needs no answer. What is left must name `phoenix`. Two tokens are none.
 */
export function readSubprotocol(header: string | undefined): Subprotocol | null {
  if (header === undefined) return NO_SUBPROTOCOL;
  const protocols = header
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => protocol !== '');
  const tokens = protocols.filter((protocol) => protocol.startsWith(PREFIX));
  const authToken = tokens.length === 1 ? decode(tokens[0]?.slice(PREFIX.length) ?? '') : null;
  if (tokens.length === 1) {
    if (authToken === null) return null;
    if (protocols.length === 1) return { authToken, subprotocol: null };
  }
  return protocols.includes('phoenix') ? { authToken, subprotocol: 'phoenix' } : null;
}
