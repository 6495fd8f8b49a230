/** From the words of the command line to a drill; every problem is found before anything is refused. */
import type { Problem } from '../base/errors.ts';
import { formatMs } from '../base/units.ts';
import type { Join, OwnValue, QuickDrill, Send, SendKind } from './drill.ts';
import { readPace } from './read-pace.ts';
import { readThresholds } from './read-thresholds.ts';
import { readNamed, readText } from './read-templates.ts';
import { isPlain, textAsTyped, type Scope } from './template.ts';
import { columnsOf } from './used-columns.ts';

/** Flags as typed, numbers read; nothing of a template yet. */
export type QuickWords = {
  clients: number | undefined;
  durationMs: number | undefined;
  rampMs: number | undefined;
  joins: readonly string[];
  pushes: readonly string[];
  publishes: readonly string[];
  casts: readonly string[];
  listens: readonly string[];
  rate: string | undefined;
  rateTotal: string | undefined;
  /** Only those with a hole: the others are the target's. */
  params: readonly string[];
  headers: readonly string[];
  authToken: string | undefined;
  feed: string | undefined;
  thresholds: readonly string[];
  /** Thresholds that end the run. */
  aborts?: readonly string[];
};

const DEFAULTS = { clients: 100, durationMs: 30_000, rampMs: 5_000 };

/** The drill; usable only when no problem was added. */
export function readDrill(words: QuickWords, problems: Problem[]): QuickDrill {
  const row = words.feed !== undefined;
  const once: Scope = { seq: false, row };
  const joins: Join[] = readNamed('--join', words.joins, once, problems).map(({ name, payload }) => ({
    topic: name,
    payload,
  }));
  const sends = readSends(words, row, problems);
  const heard = heardOf(words, sends);
  if (words.joins.length === 0) refuseWithoutJoin(words, problems);
  if (sends.length === 0) refuseWithoutSend(words, problems);
  const clients = words.clients ?? DEFAULTS.clients;
  const drill: QuickDrill = {
    clients,
    ...readPhases(words, problems),
    joins,
    sends,
    pace: readPace(words, clients, problems),
    heard,
    params: readOwn('--param', words.params, /^([^=]+)=(.*)$/s, once, problems),
    headers: readOwn('--header', words.headers, /^([^:]+):\s*(.*)$/s, once, problems),
    authToken:
      words.authToken === undefined
        ? null
        : (readText('--auth-token', words.authToken, once, problems) ?? null),
    feed: null,
    thresholds: readThresholds(
      words.thresholds,
      heard.map((one) => one.counter),
      problems,
      words.aborts,
    ),
  };
  if (words.feed === undefined) return drill;
  if (!/\.(?:csv|jsonl|ndjson)$/i.test(words.feed)) {
    const wanted = 'a file of rows: users.csv or users.jsonl';
    problems.push({ code: 'bad-flag', path: '--feed', got: `'${words.feed}'`, wanted });
  }
  return { ...drill, feed: { file: words.feed, columns: columnsOf(drill) } };
}

function readSends(words: QuickWords, row: boolean, problems: Problem[]): Send[] {
  const read = (kind: SendKind, typed: readonly string[]): Send[] =>
    readNamed(`--${kind}`, typed, { seq: true, row }, problems).map(({ name, payload }) => ({
      kind,
      event: name,
      payload,
    }));
  return [...read('push', words.pushes), ...read('publish', words.publishes), ...read('cast', words.casts)];
}

/**
 * An application that broadcasts what it is sent mostly keeps the event's name, so those are listened to
 * unasked; published ones are counted and timed by their stamp.
 */
function heardOf(words: QuickWords, sends: readonly Send[]): QuickDrill['heard'] {
  const own = sends.filter((send) => send.kind !== 'publish' && isPlain(send.event));
  const events = new Set([...words.listens, ...own.map((send) => textAsTyped(send.event))]);
  const counters = new Set<string>();
  return [...events].map((event) => {
    const plain = `received_${event.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`.slice(0, 56);
    let counter = plain;
    for (let number = 2; counters.has(counter); number++) counter = `${plain}_${number}`;
    counters.add(counter);
    return { event, counter };
  });
}

function refuseWithoutJoin(words: QuickWords, problems: Problem[]): void {
  for (const [flag, list] of [
    ['--push', words.pushes],
    ['--publish', words.publishes],
    ['--cast', words.casts],
    ['--listen', words.listens],
  ] as const) {
    if (list.length === 0) continue;
    const wanted = 'a topic to do it on';
    problems.push({
      code: 'bad-flag',
      path: flag,
      got: 'no --join',
      wanted,
      hint: "--join 'room:{client % 100}'",
    });
  }
}

function refuseWithoutSend(words: QuickWords, problems: Problem[]): void {
  // One that could not be read has been reported already.
  if (words.pushes.length + words.publishes.length + words.casts.length > 0) return;
  for (const [flag, value] of [
    ['--rate', words.rate],
    ['--rate-total', words.rateTotal],
  ] as const) {
    if (value === undefined) continue;
    const hint = `--push 'new_msg {"body":"hi {seq}"}'`;
    problems.push({
      code: 'bad-flag',
      path: flag,
      got: 'nothing to send',
      wanted: 'a --push, --publish or --cast',
      hint,
    });
  }
}

/** The duration is the whole run; a ramp nobody asked for takes at most a quarter of it. */
function readPhases(words: QuickWords, problems: Problem[]): { rampMs: number; holdMs: number } {
  const durationMs = words.durationMs ?? Math.max(DEFAULTS.durationMs, (words.rampMs ?? 0) * 2);
  const rampMs = words.rampMs ?? Math.min(DEFAULTS.rampMs, Math.round(durationMs / 4));
  // Not `<=`, so that NaN is refused as well.
  if (!(durationMs - rampMs > 0)) {
    problems.push({
      code: 'duration-too-short',
      path: '--duration',
      got: formatMs(durationMs),
      wanted: rampMs > 0 ? `longer than the ramp of ${formatMs(rampMs)}` : 'above 0',
      hint: 'the duration is the whole run, ramp and hold',
    });
  }
  return { rampMs, holdMs: durationMs - rampMs };
}

/** Values of each client's own; one that is none may be a secret and is not repeated. */
function readOwn(
  flag: string,
  typed: readonly string[],
  form: RegExp,
  scope: Scope,
  problems: Problem[],
): OwnValue[] {
  return typed.flatMap((text): OwnValue[] => {
    const [, name, source] = form.exec(text) ?? [];
    if (name === undefined || source === undefined) {
      const wanted = flag === '--param' ? 'name=value' : 'Name: value';
      problems.push({ code: 'bad-flag', path: flag, got: 'no name', wanted });
      return [];
    }
    const found: Problem[] = [];
    const value = readText(flag, source, scope, found);
    problems.push(...found.map((problem) => ({ ...problem, got: `the value of ${name.trim()}` })));
    return value === undefined ? [] : [{ name: name.trim(), value }];
  });
}
