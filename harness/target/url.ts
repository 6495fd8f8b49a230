/** Reads the URL of a target: where to connect, and whether we may put load on it. */
import { EXIT, FiredrillError } from '../base/errors.ts';
import type { Problem } from '../base/errors.ts';

/** Version of the wire: V2 and V1 of phoenix-semantics 1.3 and 1.5. */
export type Vsn = '2.0.0' | '1.0.0';

/** Where the clients connect. */
export type TargetUrl = {
  secure: boolean;
  /** Without brackets: `127.0.0.1`, `::1`, `chat.test`. */
  host: string;
  port: number;
  /** Of the WebSocket: `/socket/websocket`. */
  path: string;
  /** Query parameters of the URL but `vsn`; they may carry a token. */
  params: Record<string, string>;
  /** What the URL says of it; null when it says nothing, which phoenix.js never sends. */
  vsn: Vsn | null;
  loopback: boolean;
  /** For people and artefacts: without the parameters. */
  display: string;
};

const EXAMPLE = 'ws://127.0.0.1:4000/socket';

/**
 * The target of a `ws://` or `wss://` URL as phoenix.js takes it; `/websocket` is added, and a
 * URL without a path means `/socket`. `FiredrillError` 104 when the URL is none or its host is
 * neither loopback nor named in `allowTargets`.
 */
export function readTargetUrl(text: string, options: { allowTargets: readonly string[] }): TargetUrl {
  const url = parse(text);
  const secure = url.protocol === 'wss:';
  const host = unbracketed(url.hostname);
  const loopback = isLoopback(host);
  if (!loopback && !options.allowTargets.some((allowed) => unbracketed(allowed.toLowerCase()) === host)) {
    throw refuse({
      code: 'target-not-allowed',
      path: '--target',
      got: host,
      wanted: 'a loopback address, or a host named by --allow-target: load and faults can take a server down',
      hint: `--allow-target ${host}`,
    });
  }
  const path = socketPath(url.pathname);
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    secure,
    host,
    port,
    path,
    ...readQuery(url.searchParams),
    loopback,
    display: `${url.protocol}//${shown}:${port}${path.replace(/\/websocket$/, '')}`,
  };
}

/** The version that a server takes `text` for (phoenix-semantics 1.1), or undefined when it refuses it. */
export function readVsn(text: string): Vsn | undefined {
  if (/^2\.0\.\d{1,3}$/.test(text)) return '2.0.0';
  return /^1\.0\.\d{1,3}$/.test(text) ? '1.0.0' : undefined;
}

function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/** True for the addresses and the name that never leave this machine. */
export function isLoopback(host: string): boolean {
  // The URL parser has written IPv4 addresses out in four parts by now, whatever they looked like.
  const isV4 = /^127(?:\.\d{1,3}){3}$/.test(host);
  return isV4 || host === '::1' || host === 'localhost' || host.endsWith('.localhost');
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'ws:' && url.protocol !== 'wss:') || url.hostname === '') {
    const web = url?.protocol === 'http:' || url?.protocol === 'https:';
    throw refuse({
      code: 'not-a-target',
      path: '--target',
      // What is no URL of ours may still carry a token behind its question mark.
      got: `'${withoutSecrets(text)}'`,
      wanted: `a WebSocket URL: ${EXAMPLE}`,
      ...(web ? { hint: `--target ${withoutSecrets(text).replace(/^http/i, 'ws')}` } : {}),
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw refuse({
      code: 'not-a-target',
      path: '--target',
      got: 'a user or password in the URL',
      wanted: `parameters, as Phoenix reads them: ${EXAMPLE}?token=…`,
    });
  }
  return url;
}

function readQuery(query: URLSearchParams): Pick<TargetUrl, 'params' | 'vsn'> {
  const params = new Map<string, string>();
  let vsn: Vsn | null = null;
  for (const [name, value] of query) {
    if (name === 'vsn') {
      vsn = readVsn(value) ?? null;
      if (vsn === null) throw refuse({ ...BAD_VSN, got: `vsn=${value.slice(0, 20)}` });
    } else if (name.endsWith('[]') && params.has(name)) {
      // Plug would collect a list; of any other name given twice it takes the last one, as we do.
      throw refuse({ ...TWICE, got: `the parameter ${name} more than once` });
    } else params.set(name, value);
  }
  return { params: Object.fromEntries(params), vsn };
}

const BAD_VSN = {
  code: 'not-a-target',
  path: '--target',
  wanted: 'vsn=2.0.0 or vsn=1.0.0: servers refuse any other with HTTP 403',
};
const TWICE = { code: 'not-a-target', path: '--target', wanted: 'each parameter once' };

function socketPath(path: string): string {
  const plain = path.replace(/\/+$/, '');
  if (plain === '') return '/socket/websocket';
  if (plain.endsWith('/longpoll')) {
    const wanted = `the WebSocket of the socket: ${plain.replace(/longpoll$/, 'websocket')}`;
    throw refuse({ code: 'not-a-target', path: '--target', got: plain, wanted });
  }
  return plain.endsWith('/websocket') ? plain : `${plain}/websocket`;
}

function withoutSecrets(text: string): string {
  return text
    .replace(/[?#].*$/s, '')
    .replace(/\/\/[^/@]*@/, '//')
    .slice(0, 100);
}

function refuse(problem: Problem): FiredrillError {
  return new FiredrillError(EXIT.invalid, [problem]);
}
