/** `firedrill halt`: ends runs in progress from another terminal, and says what became of their faults. */
import { basename, resolve } from 'node:path';
import { realClock, type Clock } from '../base/clock.ts';
import { EXIT, FiredrillError, worstExit, type ExitCode } from '../base/errors.ts';
import { findRuns, haltRun, type Found, type FoundRun } from '../run/halt-call.ts';
import { FlagReader, type Typed } from './flags.ts';
import { describeRun, exitOf, toDocument, wordsOf } from './halt-table.ts';

/** Flags of `halt` with their help, in the order shown. */
export const HALT_FLAGS = {
  all: { type: 'boolean', describe: 'every run of yours in progress' },
  list: { type: 'boolean', describe: 'show them and end none' },
  timeout: { type: 'string', describe: 'how long the end is waited for (30s)', requiresArg: true },
  json: { type: 'boolean', describe: 'one JSON document on stdout' },
  debug: { type: 'boolean', describe: 'stack traces with errors' },
} as const;

const TIMEOUT_MS = 30_000;
const SCHEMA = 'firedrill/halt/1';

export type HaltSurroundings = {
  print(text: string): void;
  warn(text: string): void;
  clock: Clock;
  /** Where the sockets are; the user's own folders without it. */
  folders?: readonly string[];
};

const HERE: HaltSurroundings = {
  print: (text) => process.stdout.write(text),
  warn: (text) => process.stderr.write(text),
  clock: realClock,
};

/** Exit code 0 when every run that was asked has ended without its faults, 115 when some may still be on. */
export async function haltCommand(
  name: string | undefined,
  typed: Typed,
  { print, warn, clock, folders }: HaltSurroundings = HERE,
): Promise<ExitCode> {
  const flags = new FlagReader(typed);
  flags.refuseUnknown([...Object.keys(HALT_FLAGS), 'run']);
  const timeoutMs = flags.durationMs('timeout') ?? TIMEOUT_MS;
  const isAll = flags.isSet('all');
  if (isAll && name !== undefined) {
    flags.refuse({ code: 'bad-flag', path: '--all', got: `--all and '${name}'`, wanted: 'one of the two' });
  }
  flags.done();

  const found = await findRuns(clock, folders === undefined ? undefined : [...folders]);
  for (const pid of found.silent) {
    warn(`process ${pid} has a run that does not answer; kill -INT ${pid} ends it as Ctrl-C does\n`);
  }
  const json = flags.isSet('json');
  if (flags.isSet('list')) {
    if (json) print(`${JSON.stringify({ schema: SCHEMA, runs: found.runs.map(({ card }) => card) })}\n`);
    else for (const { card } of found.runs) print(`${describeRun(card)}\n`);
    if (found.runs.length === 0) warn('no run in progress\n');
    return EXIT.pass;
  }
  const chosen = isAll && found.runs.length > 0 ? found.runs : [choose(found, name)];
  const results = await Promise.all(
    chosen.map(async (run) => {
      const halted = await haltRun(run, timeoutMs, clock);
      if (!json) for (const line of wordsOf(run.card, halted, timeoutMs)) print(`${line}\n`);
      return { card: run.card, halted };
    }),
  );
  const exitCode = worstExit(results.map(({ halted }) => exitOf(halted)));
  if (json) {
    const runs = results.map(({ card, halted }) => toDocument(card, halted));
    print(`${JSON.stringify({ schema: SCHEMA, runs, exitCode })}\n`);
  }
  return exitCode;
}

/** The one that is meant: by scenario, folder or process, or the only one there is. */
function choose({ runs }: Found, name: string | undefined): FoundRun {
  const [first, ...more] = runs;
  if (!first) {
    throw new FiredrillError(EXIT.unreachable, [
      {
        code: 'no-run',
        path: 'firedrill halt',
        got: 'no run in progress',
        wanted: 'a run, quick or drill of this user on this machine',
      },
    ]);
  }
  if (name === undefined && more.length === 0) return first;
  const meant = name === undefined ? runs : runs.filter(({ card }) => isMeant(card, name));
  const [only, ...others] = meant;
  if (only && others.length === 0) return only;
  throw new FiredrillError(EXIT.invalid, [
    {
      code: only ? 'several-runs' : 'unknown-run',
      path: 'firedrill halt',
      got: name === undefined ? `${runs.length} runs in progress` : `'${name}'`,
      wanted: [
        'the scenario, folder or process of one of',
        ...runs.map(({ card }) => describeRun(card)),
      ].join('\n          '),
      hint: `firedrill halt ${(only ?? first).card.pid}, or firedrill halt --all`,
    },
  ]);
}

function isMeant({ scenario, pid, dir }: FoundRun['card'], name: string): boolean {
  // A scenario's variants are runs of it.
  const names = [scenario, scenario.split(' ')[0], String(pid), basename(dir)];
  return names.includes(name) || resolve(name) === dir;
}
