/** The flags of `firedrill quick`: those of a drill, and those of its target. */
import { FiredrillError } from '../base/errors.ts';
import { readDrill } from '../quick/read-drill.ts';
import type { QuickDrill } from '../quick/drill.ts';
import { ejectProblem } from '../quick/scenario-file.ts';
import type { TargetChoice } from '../run/open-target.ts';
import { readTargetUrl } from '../target/url.ts';
import { FlagReader, type Typed } from './flags.ts';
import { ABORT_FLAG } from './plan-flags.ts';
import { CONNECT_FLAGS, readTarget } from './target-flags.ts';

/** Beyond these a slip of the finger is likelier than a plan. */
const MAX = { clients: 2_000_000, workers: 64 };

const ANYWHERE = 'ws://localhost:4000/socket';

const TEMPLATES = 'may hold {client}, {client % 100}, {random 1..10}, {row.column}';

/** With their help, in the order shown. */
export const QUICK_FLAGS = {
  join: { type: 'string', describe: `'topic [payload]', ${TEMPLATES}; may be repeated`, requiresArg: true },
  push: {
    type: 'string',
    describe:
      "'event [payload]' whose reply is awaited, may also hold {seq}; on the first --join; may be repeated",
    requiresArg: true,
  },
  publish: {
    type: 'string',
    describe: 'as --push, stamped: every delivery is timed, if the broadcast carries the payload on',
    requiresArg: true,
  },
  cast: { type: 'string', describe: 'as --push, for events that nobody answers', requiresArg: true },
  listen: { type: 'string', describe: 'an event to count beside those sent', requiresArg: true },
  rate: {
    type: 'string',
    describe: 'sends of each client, taken in turn: 1/s (usual), 10/m, 1/5s',
    requiresArg: true,
  },
  'rate-total': { type: 'string', describe: 'sends of all clients together: 500/s', requiresArg: true },
  clients: { type: 'string', describe: 'virtual clients (100)', requiresArg: true },
  duration: { type: 'string', describe: 'the whole run, ramp and hold (30s)', requiresArg: true },
  ramp: { type: 'string', describe: 'time over which the clients arrive (5s)', requiresArg: true },
  feed: {
    type: 'string',
    describe: 'users.csv or users.jsonl: a row for each client, {row.column}',
    requiresArg: true,
  },
  ...CONNECT_FLAGS,
  threshold: { type: 'string', describe: "metric=expression: 'push_duration=p(99)<250'", requiresArg: true },
  ...ABORT_FLAG,
  eject: {
    type: 'string',
    describe: 'write the scenario file that does the same, and run nothing',
    requiresArg: true,
  },
  force: { type: 'boolean', describe: 'let --eject write over a file' },
  'dry-run': { type: 'boolean', describe: 'tell the plan and run nothing' },
  seed: { type: 'string', describe: 'the same seed repeats the run', requiresArg: true },
  control: { type: 'string', describe: 'control port of a bundled server at the URL', requiresArg: true },
  fit: { type: 'boolean', describe: 'run as many of --clients as this machine holds' },
  workers: { type: 'string', describe: 'worker processes of the driver', requiresArg: true },
  out: { type: 'string', describe: 'folder of the run', requiresArg: true },
  json: { type: 'boolean', describe: 'one JSON document on stdout' },
  quiet: { type: 'boolean', describe: 'no progress on stderr' },
  debug: { type: 'boolean', describe: 'stack traces with errors' },
} as const;

export type QuickRequest = {
  drill: QuickDrill;
  target: TargetChoice;
  /** For people: without parameters that may carry a token. */
  display: string;
  /** The file to write instead of running. */
  eject: string | undefined;
  seed: number;
  /** As typed; the machine must hold them then. */
  clients: number | undefined;
  workers: number | undefined;
};

/** What is asked for; problems are collected in `flags`. */
export function readQuick(flags: FlagReader, typed: Typed, url: string | undefined): QuickRequest {
  const clients = flags.number('clients', { min: 1, max: MAX.clients, whole: true });
  const workers = flags.number('workers', { min: 1, max: MAX.workers, whole: true });
  const seed = flags.number('seed', { min: 0, max: 0xffff_ffff, whole: true });
  const eject = flags.text('eject');
  const inTheWay = eject === undefined ? null : ejectProblem(eject, flags.isSet('force'));
  if (inTheWay) flags.refuse(inTheWay);
  const own = { param: flags.texts('param'), header: flags.texts('header') };
  const token = typed['auth-token'];
  const ownToken = typeof token === 'string' && hasHole(token) ? token : undefined;
  const drill = readDrill(
    {
      clients,
      durationMs: flags.durationMs('duration'),
      rampMs: flags.durationMs('ramp'),
      joins: flags.texts('join'),
      pushes: flags.texts('push'),
      publishes: flags.texts('publish'),
      casts: flags.texts('cast'),
      listens: flags.texts('listen'),
      rate: flags.text('rate'),
      rateTotal: flags.text('rate-total'),
      params: own.param.filter(hasHole),
      headers: own.header.filter(hasHole),
      authToken: ownToken,
      feed: flags.text('feed'),
      thresholds: flags.texts('threshold'),
      aborts: flags.texts('abort'),
    },
    flags.problems,
  );
  // What is the same for all clients is the target's.
  const same = new FlagReader({
    ...typed,
    param: own.param.filter((text) => !hasHole(text)),
    header: own.header.filter((text) => !hasHole(text)),
    'auth-token': ownToken === undefined ? token : undefined,
  });
  const target = readTarget(same, url);
  flags.problems.push(...same.problems);
  // A file can be written for a target that is named later.
  const display = url === undefined && eject !== undefined ? ANYWHERE : readUrl(flags, target);
  return { drill, target, display, eject, seed: seed ?? 7, clients, workers };
}

/** A value with a hole is each client's own and belongs to the scenario; the others are the target's. */
function hasHole(text: string): boolean {
  return text.includes('{');
}

function readUrl(flags: FlagReader, target: TargetChoice): string {
  if (target.kind !== 'url') {
    const hint = `firedrill quick ${ANYWHERE} --join 'room:{client % 100}'`;
    flags.refuse({ code: 'no-target', path: 'firedrill quick', wanted: 'the URL of a socket', hint });
    return '';
  }
  try {
    return readTargetUrl(target.url, { allowTargets: target.allowTargets }).display;
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error;
    for (const { hint, ...problem } of error.problems) {
      const path = problem.path === '--target' ? 'url' : problem.path;
      const typeable = hint?.replace(/^--target /, 'firedrill quick ');
      flags.refuse({ ...problem, path, ...(typeable === undefined ? {} : { hint: typeable }) });
    }
    return '';
  }
}
