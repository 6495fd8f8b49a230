/** Reads the URL of a target: where to connect, and whether we may put load on it. */
import { EXIT, FiredrillError } from '../base/errors.ts';
import type { Problem } from '../base/errors.ts';

/** Where the clients connect. */
export type TargetUrl = {
  secure: boolean;
  /** Without brackets: `127.0.0.1`, `::1`, `chat.test`. */
  host: string;
  port: number;
  /** Of the WebSocket: `/socket/websocket`. */
  path: string;
  /** Query parameters of the URL; they may carry a token. */
  params: Record<string, string>;
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
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const loopback = isLoopback(host);
  if (!loopback && !options.allowTargets.some((allowed) => allowed.toLowerCase() === host)) {
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
    params: Object.fromEntries(url.searchParams),
    loopback,
    display: `${url.protocol}//${shown}:${port}${path.replace(/\/websocket$/, '')}`,
  };
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
