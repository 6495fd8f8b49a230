/** Checks how a scenario's clients connect and behave; values of parameters and headers are never shown. */
import type { Problem } from '../base/errors.ts';
import { isFeed, problemsOfFeed, rowsToCheck, type Feed } from './feed.ts';
import { checkDuration, checkFields, checkNumber, describeValue, isFields } from './shape.ts';

const FIELDS = [
  'params',
  'headers',
  'authToken',
  'phoenixJs',
  'heartbeat',
  'heartbeatTimeout',
  'pushTimeout',
  'connectTimeout',
  'reconnect',
  'rejoin',
  'rejoinSpread',
  'maxFrameBytes',
];

/** Headers that the handshake itself writes, or that would change what it is. */
const OWN_HEADERS = new Map([
  ['host', 'it comes from the target'],
  ['connection', 'it belongs to the upgrade'],
  ['upgrade', 'it belongs to the upgrade'],
  ['content-length', 'an upgrade has no body'],
  ['transfer-encoding', 'an upgrade has no body'],
  ['sec-websocket-key', 'it belongs to the upgrade'],
  ['sec-websocket-version', 'it belongs to the upgrade'],
  ['sec-websocket-extensions', 'frames are not compressed'],
  ['sec-websocket-protocol', 'for a token use connect.authToken'],
]);

const HEADER_NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
/** What a header's value may hold: visible ASCII, Latin-1, spaces and tabs (RFC 9110 5.5). */
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** Reports every problem of `connect`. */
export function checkConnect(connect: unknown, problems: Problem[]): void {
  if (connect === undefined) return;
  if (!isFields(connect)) {
    const wanted = "{ params: { user_id: '1' }, heartbeat: '30s' }";
    problems.push({ code: 'not-an-object', path: 'connect', got: describeValue(connect), wanted });
    return;
  }
  checkFields(connect, FIELDS, 'connect', problems);
  checkParams(connect['params'], problems);
  checkHeaders(connect['headers'], problems);
  checkToken(connect['authToken'], problems);
  checkPhoenixJs(connect['phoenixJs'], problems);
  if (connect['heartbeat'] !== false) checkTime(connect['heartbeat'], 'heartbeat', '30s', problems);
  checkTime(connect['heartbeatTimeout'], 'heartbeatTimeout', '30s', problems);
  checkTime(connect['pushTimeout'], 'pushTimeout', '10s', problems);
  checkTime(connect['connectTimeout'], 'connectTimeout', '10s', problems);
  checkLadder(connect['reconnect'], 'connect.reconnect', problems);
  checkLadder(connect['rejoin'], 'connect.rejoin', problems);
  if (connect['rejoinSpread'] !== undefined) {
    checkDuration(connect['rejoinSpread'], 'connect.rejoinSpread', problems, { example: '100ms' });
  }
  if (connect['maxFrameBytes'] !== undefined) {
    const range = { min: 128, max: 1_073_741_824, whole: true, unit: 'bytes' };
    checkNumber(connect['maxFrameBytes'], 'connect.maxFrameBytes', problems, range);
  }
}

function checkTime(value: unknown, name: string, example: string, problems: Problem[]): void {
  if (value !== undefined) checkDuration(value, `connect.${name}`, problems, { aboveZero: true, example });
}

function checkParams(params: unknown, problems: Problem[]): void {
  const path = 'connect.params';
  if (params === undefined || typeof params === 'function') return;
  if (isFeed(params)) {
    // Its own problems are told where all feeds are checked.
    if (problemsOfFeed(params).length === 0) checkParamRows(params, path, problems);
    return;
  }
  const wanted = 'an object of texts, a feed, or a function of the client index that returns one';
  if (!checkTexts(params, path, wanted, problems)) return;
  if (Object.hasOwn(params, 'vsn')) {
    const hint = 'ws://host/socket?vsn=1.0.0, or --vsn 1.0.0';
    const wanted = 'the version at the target, whose frames we speak';
    problems.push({ code: 'not-a-param', path: `${path}.vsn`, got: 'vsn', wanted, hint });
  }
}

/** The first row that has a problem stands for all that have it. */
function checkParamRows(params: Feed<unknown>, path: string, problems: Problem[]): void {
  const found: Problem[] = [];
  let nth = 0;
  for (const row of rowsToCheck(params)) {
    nth += 1;
    checkTexts(row, `${path} row ${nth}`, 'an object of texts', found);
    if (found.length > 0) break;
  }
  problems.push(...found);
}

function checkHeaders(headers: unknown, problems: Problem[]): void {
  const path = 'connect.headers';
  if (headers === undefined || typeof headers === 'function') return;
  const wanted = 'an object of texts, or a function of the client index that returns one';
  if (!checkTexts(headers, path, wanted, problems)) return;
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const at = `${path}.${name}`;
    const plain = name.toLowerCase();
    const own = OWN_HEADERS.get(plain);
    if (!HEADER_NAME.test(name)) {
      const wanted = "letters, digits and - in a header's name";
      problems.push({ code: 'not-a-header', path: at, got: `'${name}'`, wanted });
    } else if (own !== undefined) {
      problems.push({ code: 'not-a-header', path: at, got: `'${name}'`, wanted: `no ${plain}: ${own}` });
    } else if (seen.has(plain)) {
      problems.push({
        code: 'duplicate-header',
        path: at,
        got: `'${name}' twice`,
        wanted: 'each header once',
      });
    }
    if (typeof value === 'string' && !HEADER_VALUE.test(value)) {
      const wanted = 'a value of one line, in Latin-1';
      problems.push({ code: 'not-a-header', path: at, got: 'a line break or another letter', wanted });
    }
    seen.add(plain);
  }
}

function checkToken(token: unknown, problems: Problem[]): void {
  if (token === undefined || typeof token === 'function' || (typeof token === 'string' && token !== ''))
    return;
  const got = token === '' ? 'an empty text' : `a ${typeof token}`;
  const wanted = 'a text, or a function of the client index that returns one';
  problems.push({ code: 'not-a-text', path: 'connect.authToken', got, wanted });
}

function checkPhoenixJs(version: unknown, problems: Problem[]): void {
  if (version === undefined || version === '1.8.15' || version === '1.8.16') return;
  const wanted = "'1.8.15' for every version up to it, or '1.8.16'";
  problems.push({ code: 'unknown-version', path: 'connect.phoenixJs', got: describeValue(version), wanted });
}

function checkLadder(ladder: unknown, path: string, problems: Problem[]): void {
  if (ladder === undefined || ladder === false) return;
  const jittered = isFields(ladder);
  const waits = jittered ? ladder['waits'] : ladder;
  if (jittered) {
    checkFields(ladder, ['waits', 'jitter'], path, problems);
    checkNumber(ladder['jitter'], `${path}.jitter`, problems, { min: 0, max: 1 });
  }
  const at = jittered ? `${path}.waits` : path;
  if (!Array.isArray(waits) || waits.length === 0) {
    const wanted =
      "waits, the last one for ever: ['1s', '2s', '5s'], { waits: ['1s'], jitter: 0.5 }, or false";
    problems.push({ code: 'not-a-list', path: at, got: describeValue(waits), wanted });
    return;
  }
  for (const [index, wait] of waits.entries()) {
    checkDuration(wait, `${at}[${index}]`, problems, { aboveZero: true, example: '1s' });
  }
}

/** True when it is an object; every value that is no text is reported by its type alone, for it may be a token. */
function checkTexts(value: unknown, path: string, wanted: string, problems: Problem[]): value is object {
  if (!isFields(value)) {
    problems.push({ code: 'not-an-object', path, got: describeValue(value), wanted });
    return false;
  }
  for (const [name, text] of Object.entries(value)) {
    if (typeof text === 'string') continue;
    const got = `a ${typeof text}`;
    problems.push({ code: 'not-a-text', path: `${path}.${name}`, got, wanted: 'a text' });
  }
  return true;
}
