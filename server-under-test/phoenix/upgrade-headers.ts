import { header, type OpeningRequest } from './connect-info.ts';

function lists(value: string | undefined, wanted: string): boolean {
  if (value === undefined) return false;
  if (value.length === wanted.length) return value.toLowerCase() === wanted;
  return value.split(',').some((part) => part.trim().toLowerCase() === wanted);
}

/** As Elixir prints the list of a header's values. */
function inspect(value: string | undefined): string {
  return value === undefined ? '[]' : `[${JSON.stringify(value)}]`;
}

/** Why a GET cannot be upgraded, in Bandit's words (phoenix-semantics 1.1); null when it can. */
export function upgradeProblem(request: OpeningRequest): string | null {
  const connection = header(request, 'connection');
  if (!lists(connection, 'upgrade')) {
    return `'connection' header must contain 'upgrade', got ${inspect(connection)}`;
  }
  const upgrade = header(request, 'upgrade');
  if (!lists(upgrade, 'websocket')) {
    return `'upgrade' header must contain 'websocket', got ${inspect(upgrade)}`;
  }
  // An empty one is no key either.
  if (!header(request, 'sec-websocket-key')) return "'sec-websocket-key' header is absent";
  const version = header(request, 'sec-websocket-version');
  if (version === '13') return null;
  return `'sec-websocket-version' header must equal '13', got ${inspect(version)}`;
}
