/** What an HTTP request says, as Node's parser gives it. */
export interface OpeningRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket?: { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined };
}

/** One header's text; several of one name only as Node joins them. */
export function header(request: OpeningRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * The connect_info of connect/3: what stands beside the params (phoenix-semantics 2.2).
 *
 * Everything is looked up when asked for; who keeps it keeps the request.
 */
export class ConnectInfo {
  /** From the subprotocol or, in long-poll, from its own header. */
  readonly authToken: string | null;
  private readonly request: OpeningRequest;

  constructor(request: OpeningRequest, authToken: string | null) {
    this.request = request;
    this.authToken = authToken;
  }

  /** The URL the client asked for. */
  get uri(): string {
    return `http://${header(this.request, 'host') ?? ''}${this.request.url ?? '/'}`;
  }

  get userAgent(): string | null {
    return header(this.request, 'user-agent') ?? null;
  }

  /** Every header whose name starts with `x-`. */
  get xHeaders(): readonly (readonly [name: string, value: string])[] {
    return Object.entries(this.request.headers).flatMap(([name, value]) =>
      name.startsWith('x-') && value !== undefined ? [[name, String(value)] as const] : [],
    );
  }

  /** The other end of the TCP connection, which may be a proxy. */
  get peer(): { readonly address: string; readonly port: number } | null {
    const { remoteAddress, remotePort } = this.request.socket ?? {};
    return remoteAddress === undefined || remotePort === undefined
      ? null
      : { address: remoteAddress, port: remotePort };
  }
}
