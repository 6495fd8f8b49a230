/**
 * Reads a V2 text reply (phoenix-semantics 1.3) where it lies: its ref, its status
 * and the bytes of its response. No string is made and nothing is parsed for a reply
 * of which only its coming counts. What it does not know well it leaves to `decodeMessage`.
 */

/** What a scan found. One object serves all scans: it is good until the next one. */
export type ScannedReply = {
  ref: number;
  status: 'ok' | 'error';
  /** The response is JSON, from here … */
  responseFrom: number;
  /** … to here. */
  responseTo: number;
};

const FOUND: ScannedReply = { ref: 0, status: 'ok', responseFrom: 0, responseTo: 0 };

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;

const EVENT = Buffer.from(',"phx_reply",{"');
const STATUS = Buffer.from('status":');
const RESPONSE = Buffer.from('response":');
const OK = Buffer.from('"ok"');
const ERROR = Buffer.from('"error"');

/**
 * The reply in a text frame's payload (valid UTF-8), or null when it has to be read by `decodeMessage`: because it is
 * no reply, no JSON, or one written in another way than Phoenix writes it. Where it answers, both agree.
 */
export function scanReply(buffer: Buffer, from: number, to: number): ScannedReply | null {
  if (buffer[from] !== OPEN_LIST) return null;
  // join_ref: a string, or null.
  let at =
    buffer[from + 1] === QUOTE ? skipString(buffer, from + 1, to) : skipWord(buffer, from + 1, to, NULL);
  if (at < 0 || buffer[at] !== COMMA || buffer[at + 1] !== QUOTE) return null;
  at += 2;
  const digits = at;
  let ref = 0;
  for (let byte = buffer[at] ?? 0; byte >= 0x30 && byte <= 0x39; byte = buffer[at] ?? 0) {
    ref = ref * 10 + byte - 0x30;
    at += 1;
  }
  // Fifteen digits are exact; one more may not be.
  if (ref === 0 || buffer[digits] === 0x30 || at - digits > 15) return null;
  if (buffer[at] !== QUOTE || buffer[at + 1] !== COMMA || buffer[at + 2] !== QUOTE) return null;
  at = skipString(buffer, at + 2, to);
  if (at < 0) return null;
  at = skipWord(buffer, at, to, EVENT);
  if (at < 0) return null;
  FOUND.ref = ref;
  // Elixir on OTP 25 writes the response first, on later ones the status (1.3).
  if (buffer[at] === STATUS[0]) {
    at = skipStatus(buffer, at, to);
    if (at < 0 || buffer[at] !== COMMA || buffer[at + 1] !== QUOTE) return null;
    at = skipResponse(buffer, at + 2, to);
  } else {
    at = skipResponse(buffer, at, to);
    if (at < 0 || buffer[at] !== COMMA || buffer[at + 1] !== QUOTE) return null;
    at = skipStatus(buffer, at + 2, to);
  }
  if (at < 0 || at + 2 !== to || buffer[at] !== CLOSE_MAP || buffer[at + 1] !== CLOSE_LIST) return null;
  return FOUND;
}

function skipStatus(buffer: Buffer, from: number, to: number): number {
  const at = skipWord(buffer, from, to, STATUS);
  if (at < 0) return -1;
  const isOk = buffer[at + 1] === OK[1];
  FOUND.status = isOk ? 'ok' : 'error';
  return skipWord(buffer, at, to, isOk ? OK : ERROR);
}

function skipResponse(buffer: Buffer, from: number, to: number): number {
  const at = skipWord(buffer, from, to, RESPONSE);
  if (at < 0) return -1;
  FOUND.responseFrom = at;
  FOUND.responseTo = skipValue(buffer, at, to, 0);
  return FOUND.responseTo;
}

const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

/** Where the word that stands here ends, or −1 when another stands here. */
function skipWord(buffer: Buffer, from: number, to: number, word: Buffer): number {
  const end = from + word.length;
  if (end > to) return -1;
  for (let at = from; at < end; at++) if (buffer[at] !== word[at - from]) return -1;
  return end;
}

/** Where the string that begins here ends, or −1 when it is not a plain one. */
function skipString(buffer: Buffer, from: number, to: number): number {
  for (let at = from + 1; at < to; at++) {
    const byte = buffer[at] ?? 0;
    if (byte === QUOTE) return at + 1;
    if (byte < 0x20) return -1;
    if (byte === BACKSLASH) {
      at = skipEscape(buffer, at, to);
      if (at < 0) return -1;
    }
  }
  return -1;
}

/** The last byte of the escape that begins here, or −1. */
function skipEscape(buffer: Buffer, from: number, to: number): number {
  const letter = buffer[from + 1] ?? 0;
  if (letter === 0x75) {
    for (let at = from + 2; at < from + 6; at++) if (at >= to || !isHex(buffer[at] ?? 0)) return -1;
    return from + 5;
  }
  return ESCAPES.includes(letter) ? from + 1 : -1;
}

const ESCAPES = Buffer.from('"\\/bfnrt');

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/** Deeper than any reply; beyond it a parser without recursion may have it. */
const MAX_DEPTH = 64;

/** Where the JSON value that begins here ends, or −1 when it is none or has spaces between its parts. */
function skipValue(buffer: Buffer, from: number, to: number, depth: number): number {
  if (from >= to || depth > MAX_DEPTH) return -1;
  const byte = buffer[from] ?? 0;
  if (byte === QUOTE) return skipString(buffer, from, to);
  if (byte === OPEN_MAP || byte === OPEN_LIST) return skipParts(buffer, from, to, depth + 1);
  if (byte === 0x6e) return skipWord(buffer, from, to, NULL);
  if (byte === 0x74) return skipWord(buffer, from, to, TRUE);
  if (byte === 0x66) return skipWord(buffer, from, to, FALSE);
  return skipNumber(buffer, from, to);
}

function skipParts(buffer: Buffer, from: number, to: number, depth: number): number {
  const isMap = buffer[from] === OPEN_MAP;
  const close = isMap ? CLOSE_MAP : CLOSE_LIST;
  let at = from + 1;
  if (at < to && buffer[at] === close) return at + 1;
  while (at < to) {
    if (isMap) {
      if (buffer[at] !== QUOTE) return -1;
      at = skipString(buffer, at, to);
      if (at < 0 || buffer[at] !== 0x3a) return -1;
      at += 1;
    }
    at = skipValue(buffer, at, to, depth);
    if (at < 0 || at >= to) return -1;
    if (buffer[at] === close) return at + 1;
    if (buffer[at] !== COMMA) return -1;
    at += 1;
  }
  return -1;
}

function skipNumber(buffer: Buffer, from: number, to: number): number {
  let at = buffer[from] === 0x2d ? from + 1 : from;
  const whole = skipDigits(buffer, at, to);
  if (whole === at || (buffer[at] === 0x30 && whole > at + 1)) return -1;
  at = whole;
  if (at < to && buffer[at] === 0x2e) {
    const fraction = skipDigits(buffer, at + 1, to);
    if (fraction === at + 1) return -1;
    at = fraction;
  }
  if (at < to && ((buffer[at] ?? 0) | 0x20) === 0x65) {
    at += buffer[at + 1] === 0x2b || buffer[at + 1] === 0x2d ? 2 : 1;
    const exponent = skipDigits(buffer, at, to);
    if (exponent === at) return -1;
    at = exponent;
  }
  return at;
}

function skipDigits(buffer: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && (buffer[at] ?? 0) >= 0x30 && (buffer[at] ?? 0) <= 0x39) at += 1;
  return at;
}
