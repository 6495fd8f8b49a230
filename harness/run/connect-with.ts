/** What clients bring to a target beside its URL, and over which of the two transports. */
import type { Vsn } from '../target/url.ts';
import { upgradeProblem } from '../wire/handshake.ts';

/** Of the command line; a scenario's own `connect` comes on top, client by client. */
export type ConnectWith = {
  /** Beside those of the URL, and before them. */
  params: Record<string, string>;
  headers: Record<string, string>;
  /** phoenix.js's `authToken` (phoenix-semantics 1.1). */
  authToken: string | null;
  /** Null: what the URL says, or else 2.0.0. */
  vsn: Vsn | null;
  /** PEM text of authorities to believe beside those of Node. */
  ca: string | null;
};

export const CONNECT_PLAINLY: ConnectWith = { params: {}, headers: {}, authToken: null, vsn: null, ca: null };

/** How bytes go: by our own connection, or by the stock `ws` client as the reference. */
export type TransportChoice = {
  transport: 'bare' | 'ws';
  /** A message larger than this ends its connection with 1009. */
  maxFrameBytes?: number;
};

/** Why a header cannot be sent, in words without its value, or null. */
export function headerProblem(name: string, value: string): string | null {
  return upgradeProblem({ host: 'host', path: '/', headers: { [name]: value }, protocols: [] });
}
