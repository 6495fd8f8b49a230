import type { ConnectInfo } from './connect-info.ts';
import type { Route } from './routes.ts';

export type Assigns = Readonly<Record<string, unknown>>;

/** What connect/3 returns: the assigns every channel starts from, or a refusal (HTTP 403). */
export type ConnectResult =
  | { readonly tag: 'ok'; readonly assigns: Assigns }
  | { readonly tag: 'error'; readonly reason: unknown };

/** One kind of socket: who may connect, under which id, and which channels it routes to (phoenix-semantics 2.2, 2.3). */
export interface UserSocket {
  /** What telemetry and logs call it. */
  readonly name: string;
  readonly channels: readonly Route[];
  /** Runs in the HTTP request, before the upgrade is answered; what it throws refuses the connection with 500. */
  connect(
    params: Readonly<Record<string, unknown>>,
    info: ConnectInfo,
  ): ConnectResult | Promise<ConnectResult>;
  /** A text, to which `disconnect` can be broadcast, or null; anything else refuses the connection. */
  id(assigns: Assigns): string | null;
}
