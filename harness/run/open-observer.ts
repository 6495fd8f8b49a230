/** The observer of a control port, once its URL was read and its host allowed. */
import type { Clock } from '../base/clock.ts';
import { EXIT, FiredrillError, type Problem } from '../base/errors.ts';
import { ServerObserver, type Question, type Sight } from '../observe/server-observer.ts';
import { isLoopback } from '../target/url.ts';

export type ObserverChoice = {
  url: string;
  allowTargets: readonly string[];
  /** Bearer token of a control port that wants one. */
  token: string | undefined;
};

export type OpenObserver = {
  /** Asks for everything the question names; never rejects. */
  look(question: Question): Promise<void>;
  sight(): Sight;
  close(): void;
};

const EXAMPLE = 'http://127.0.0.1:4001';

/** Reads the URL and opens nothing yet; `FiredrillError` 104 when it is none, or its host is not allowed. */
export function openObserver(choice: ObserverChoice, clock: Clock): OpenObserver {
  const control = readControlUrl(choice.url, choice.allowTargets);
  return new ServerObserver({ clock, control, token: choice.token });
}

/** The control port at a URL; parameters, users and paths are refused rather than dropped. `path`: where it was given. */
export function readControlUrl(
  text: string,
  allowTargets: readonly string[],
  path = 'firedrill observe <url>',
): URL {
  const refuse = (problem: Omit<Problem, 'path'>): FiredrillError =>
    new FiredrillError(EXIT.invalid, [{ path, ...problem }]);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') {
    throw refuse({
      code: 'tls-not-supported',
      got: 'https',
      wanted: 'an http:// URL: a control port speaks no TLS',
    });
  }
  if (url?.protocol !== 'http:' || url.hostname === '') {
    const isSocket = url?.protocol === 'ws:' || url?.protocol === 'wss:';
    throw refuse({
      code: 'not-a-control-port',
      got: isSocket ? 'the URL of a socket' : 'no URL of a control port',
      wanted: `the control port: ${EXAMPLE}`,
      ...(isSocket ? { hint: 'firedrill serve prints it as "control"' } : {}),
    });
  }
  if (url.username !== '' || url.password !== '' || url.search !== '') {
    throw refuse({
      code: 'not-a-control-port',
      got: 'a user, password or parameters in the URL',
      wanted: `${EXAMPLE}, and the token by FIREDRILL_CONTROL_TOKEN`,
    });
  }
  if (!/^\/(?:observer\/?)?$/.test(url.pathname)) {
    throw refuse({
      code: 'not-a-control-port',
      got: `the path ${url.pathname.slice(0, 100)}`,
      wanted: `no path: ${EXAMPLE}`,
      hint: `firedrill observe ${url.origin}`,
    });
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!isLoopback(host) && !allowTargets.some((allowed) => allowed.toLowerCase() === host)) {
    throw refuse({
      code: 'target-not-allowed',
      got: host,
      wanted: 'a loopback address, or a host named by --allow-target: faults and traces cost a server',
      hint: `--allow-target ${host}`,
    });
  }
  return new URL(url.origin);
}
