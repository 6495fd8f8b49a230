/** `firedrill observe`: a live screen on a terminal, one snapshot elsewhere. */
import { realClock } from '../base/clock.ts';
import { EXIT, FiredrillError, type ExitCode } from '../base/errors.ts';
import { openObserver, type OpenObserver } from '../run/open-observer.ts';
import {
  jsonText,
  renderProcessValues,
  renderServerValues,
} from '../../reports/render/observe-screen-snapshot.ts';
import { FlagReader, type Typed } from './flags.ts';
import { ObserveScreen } from './observe-screen.ts';

/** Flags of `observe` with their help, in the order shown. */
export const OBSERVE_FLAGS = {
  interval: { type: 'string', describe: 'time between two looks: 500ms, 1s', requiresArg: true },
  process: { type: 'string', describe: 'open this process: 0.7', requiresArg: true },
  once: { type: 'boolean', describe: 'print one snapshot as key=value lines' },
  json: { type: 'boolean', describe: 'print one snapshot as one JSON document' },
  token: {
    type: 'string',
    describe: 'bearer token of the control port; FIREDRILL_CONTROL_TOKEN keeps it out of process lists',
    requiresArg: true,
  },
  'allow-target': { type: 'string', describe: 'a host beyond loopback that may be asked', requiresArg: true },
  debug: { type: 'boolean', describe: 'stack traces with errors' },
} as const;

const DEFAULT_INTERVAL_MS = 1_000;
const INTERVAL_MS = { least: 100, most: 60_000 };
/** Rows of a snapshot: as many as the server lists where nothing is said. */
const SNAPSHOT_ROWS = 50;
const SCHEMA = 1;

export async function observeCommand(url: string, typed: Typed): Promise<ExitCode> {
  const flags = new FlagReader(typed);
  flags.refuseUnknown([...Object.keys(OBSERVE_FLAGS), 'url']);
  const intervalMs = readInterval(flags);
  const token = readToken(flags);
  const pid = readPid(flags);
  const allowTargets = flags.texts('allow-target');
  flags.done();

  const observer = openObserver({ url, allowTargets, token }, realClock);
  try {
    await observer.look({ sort: 'len', limit: SNAPSHOT_ROWS, kind: null, node: null, pid });
    refuseSilence(observer);
    const json = flags.isSet('json');
    if (json || flags.isSet('once') || !isTerminal()) {
      printSnapshot(observer, pid, json);
      return EXIT.pass;
    }
    return await showScreen(observer, intervalMs, pid);
  } finally {
    observer.close();
  }
}

function isTerminal(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY && process.env['TERM'] !== 'dumb';
}

function readInterval(flags: FlagReader): number {
  const ms = flags.durationMs('interval') ?? DEFAULT_INTERVAL_MS;
  if (ms >= INTERVAL_MS.least && ms <= INTERVAL_MS.most) return ms;
  flags.refuse({
    code: 'bad-flag',
    path: '--interval',
    got: `${ms} ms`,
    wanted: `from ${INTERVAL_MS.least} ms to ${INTERVAL_MS.most / 1e3} s`,
  });
  return DEFAULT_INTERVAL_MS;
}

/** The token of the flag, or of the environment; it is never repeated. */
function readToken(flags: FlagReader): string | undefined {
  const token = flags.text('token') ?? process.env['FIREDRILL_CONTROL_TOKEN'];
  if (token === undefined || token === '') return undefined;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  flags.refuse({ code: 'bad-flag', path: '--token', wanted: 'printable ASCII without spaces' });
  return undefined;
}

function readPid(flags: FlagReader): string | null {
  const text = flags.text('process');
  if (text === undefined) return null;
  const match = /^<?(\d{1,9}\.\d{1,16})>?$/.exec(text.trim());
  if (match?.[1]) return `<${match[1]}>`;
  flags.refuse({
    code: 'bad-flag',
    path: '--process',
    got: `'${text.slice(0, 60)}'`,
    wanted: 'a pid as the table shows it',
    hint: '--process 0.7',
  });
  return null;
}

function refuseSilence(observer: OpenObserver): void {
  const { silence, url } = observer.sight();
  if (silence === null) return;
  throw new FiredrillError(EXIT.unreachable, [
    {
      code: 'target-unreachable',
      path: url,
      got: silence.what,
      wanted: 'an answer to GET /observer',
      hint:
        HINTS.find(([pattern]) => pattern.test(silence.what))?.[1] ??
        'is it the control port? firedrill serve prints it as "control"',
    },
  ]);
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'nobody listens there: firedrill serve --port 4000 --control-port 4001'],
  [/status 40[13]/, 'it wants a token: FIREDRILL_CONTROL_TOKEN=… or --token'],
];

function printSnapshot(observer: OpenObserver, pid: string | null, json: boolean): void {
  const { url, server, process: detail, processEnded, processes, noProcesses } = observer.sight();
  if (server === null) return;
  if (pid === null) {
    const rows = processes?.rows ?? server.top;
    const text = json
      ? jsonText({ schema: SCHEMA, url, server, processes: { total: processes?.total ?? null, rows } })
      : renderServerValues(url, server, rows);
    process.stdout.write(`${text}\n`);
    return;
  }
  if (detail === null) {
    throw new FiredrillError(EXIT.invalid, [
      {
        code: 'no-such-process',
        path: '--process',
        got: pid,
        wanted: processEnded
          ? 'a process that runs'
          : `a server that tells of it: ${noProcesses ?? 'no answer'}`,
        hint: `firedrill observe ${url} --once`,
      },
    ]);
  }
  const text = json ? jsonText({ schema: SCHEMA, url, process: detail }) : renderProcessValues(url, detail);
  process.stdout.write(`${text}\n`);
}

/** Until the reader leaves: exit code 0; a signal ends it too: 105. */
async function showScreen(observer: OpenObserver, intervalMs: number, pid: string | null): Promise<ExitCode> {
  let code: ExitCode = EXIT.pass;
  const colour = (process.env['NO_COLOR'] ?? '') === '';
  const { stdin: input, stdout: output } = process;
  const screen = new ObserveScreen({ clock: realClock, observer, intervalMs, colour, pid, input, output });
  const onSignal = (): void => {
    code = EXIT.signal;
    screen.leave();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    await screen.run();
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
  return code;
}
