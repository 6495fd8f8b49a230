/** The parts of an origin that are compared; null is any. */
export interface Origin {
  readonly scheme: string | null;
  readonly host: string;
  readonly port: number | null;
}

/** What check_origin says: anything, one host, or a list (phoenix-semantics 1.1). */
export type OriginRule =
  | { readonly allow: 'all' }
  | { readonly allow: 'host'; readonly host: string }
  | { readonly allow: 'list'; readonly origins: readonly Origin[] };

const ORIGIN =
  /^(?:([a-z][a-z\d+.-]*):)?\/\/(?:[^/?#@]*@)?(\[[\da-f:.]+\]|[^:/?#[\]@]+)(?::(\d{1,5}))?(?:[/?#]|$)/i;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, ws: 80, wss: 443 };

/** Reads `https://example.com:8443` or `//*.example.com`; null when no host stands in it, as in the Origin `null`. */
export function parseOrigin(text: string): Origin | null {
  const match = ORIGIN.exec(text);
  const host = match?.[2];
  if (match === null || host === undefined) return null;
  const scheme = match[1]?.toLowerCase() ?? null;
  const usual = scheme !== null && Object.hasOwn(DEFAULT_PORTS, scheme) ? DEFAULT_PORTS[scheme] : undefined;
  const port = match[3] === undefined ? (usual ?? null) : Number(match[3]);
  return { scheme, host: host.toLowerCase().replaceAll(/[[\]]/g, ''), port };
}

/** The rule of a `check_origin`; `publicHost` is the url's host of the endpoint. Entries that are no origin allow nothing. */
export function originRule(checkOrigin: boolean | readonly string[], publicHost: string): OriginRule {
  if (checkOrigin === false) return { allow: 'all' };
  if (checkOrigin === true) return { allow: 'host', host: publicHost.toLowerCase() };
  return { allow: 'list', origins: checkOrigin.map(parseOrigin).filter((origin) => origin !== null) };
}

function hostMatches(host: string, allowed: string): boolean {
  if (!allowed.startsWith('*.')) return host === allowed;
  return host === allowed.slice(2) || host.endsWith(allowed.slice(1));
}

/** Whether a request with this Origin header may connect; one without the header always may. */
export function originAllowed(header: string | undefined, rule: OriginRule): boolean {
  if (header === undefined || rule.allow === 'all') return true;
  const origin = parseOrigin(header);
  if (origin === null) return false;
  if (rule.allow === 'host') return origin.host === rule.host;
  return rule.origins.some(
    (allowed) =>
      (allowed.scheme === null || allowed.scheme === origin.scheme) &&
      (allowed.port === null || allowed.port === origin.port) &&
      hostMatches(origin.host, allowed.host),
  );
}
