/** `firedrill run`: parse, call, print, exit code. */
import { join } from 'node:path';
import { EXIT, FiredrillError, worstExit, type ExitCode } from '../base/errors.ts';
import { hireFirst } from '../run/first-worker.ts';
import type { Asked, ChosenRuns } from '../scenario/chosen-runs.ts';
import { FlagReader, type Typed } from './flags.ts';
import { PLAN_FLAGS, readAsked, readThresholds } from './plan-flags.ts';
import { runFile, type FileOptions } from './run-file.ts';
import { listenForSignals } from './signals.ts';
import { CONNECT_FLAGS, readTarget, readTransport } from './target-flags.ts';
import { commandOfVariant, typedCommand } from './typed-command.ts';
import { readVersion } from './version.ts';

const MAX_WORKERS = 64;

/** Flags of `run` with their help, in the order shown. */
export const RUN_FLAGS = {
  ...PLAN_FLAGS,
  target: {
    type: 'string',
    describe: 'ws:// or wss://host:port/socket; without it the bundled server',
    requiresArg: true,
  },
  control: {
    type: 'string',
    describe: 'control port of a bundled server at --target; FIREDRILL_CONTROL_TOKEN is its token',
    requiresArg: true,
  },
  ...CONNECT_FLAGS,
  fit: { type: 'boolean', describe: 'run as many of --clients as this machine holds' },
  nodes: { type: 'string', describe: 'node processes of the bundled server', requiresArg: true },
  workers: { type: 'string', describe: 'worker processes of the driver', requiresArg: true },
  out: { type: 'string', describe: 'folder of the run', requiresArg: true },
  env: { type: 'string', alias: 'e', describe: 'KEY=VALUE for the scenario', requiresArg: true },
  'dry-run': { type: 'boolean', describe: 'tell what each run would do, and run nothing' },
  json: { type: 'boolean', describe: 'one JSON document on stdout' },
  quiet: { type: 'boolean', describe: 'no progress on stderr' },
  debug: { type: 'boolean', describe: 'stack traces with errors' },
} as const;

export async function runCommand(files: readonly string[], typed: Typed): Promise<ExitCode> {
  const flags = new FlagReader(typed);
  flags.refuseUnknown([...Object.keys(RUN_FLAGS), 'e', 'scenario']);
  const asked = readAsked(flags);
  const base = readOptions(flags, files);
  const out = flags.text('out');
  if (files.length === 0) {
    flags.refuse({
      code: 'no-scenario',
      path: 'firedrill run',
      wanted: 'a scenario file',
      hint: 'firedrill run scenarios/flagship.ts',
    });
  }
  flags.done();

  const json = flags.isSet('json');
  if (flags.isSet('dry-run')) {
    const { tellRuns } = await import('./validate-command.ts');
    return tellRuns(files, { asked, thresholds: base.thresholds, json });
  }
  return runAll(files, { asked, base, out, json, quiet: flags.isSet('quiet') });
}

/** What is the same for all files. */
type Together = {
  asked: Asked;
  base: FileOptions;
  out: string | undefined;
  json: boolean;
  quiet: boolean;
  /** Throws what is wrong with any of their runs before the first begins. */
  check?(all: readonly ChosenRuns[]): void;
};

/** The runs of every file, one after the other; the worst exit code of all. */
export async function runAll(
  files: readonly string[],
  { asked, base, out, json, quiet, check }: Together,
): Promise<ExitCode> {
  const codes: ExitCode[] = [];
  const { interrupt, release } = listenForSignals();
  // A worker loads its modules while we load ours, and the scenarios.
  const crew = hireFirst();
  try {
    const tell = { quiet, json, interrupt };
    const all = await chooseAll(files, asked);
    check?.(all.map(({ chosen }) => chosen));
    for (const [nth, { file, chosen }] of all.entries()) {
      const folder = out !== undefined && files.length > 1 ? join(out, nameOf(file)) : out;
      const options = { ...base, ...(folder === undefined ? {} : { out: folder }) };
      codes.push(await runFile(file, chosen, options, tell, nth === 0 ? crew : undefined));
      if (interrupt.aborted) break;
    }
  } finally {
    crew.kill();
    release();
  }
  return worstExit(codes);
}

/** The runs of every file: what is wrong with any of them is told before the first begins. */
async function chooseAll(
  files: readonly string[],
  asked: Asked,
): Promise<{ file: string; chosen: ChosenRuns }[]> {
  const { loadFile } = await import('../scenario/load.ts');
  const { chooseRuns } = await import('../scenario/chosen-runs.ts');
  const all: { file: string; chosen: ChosenRuns }[] = [];
  const errors: FiredrillError[] = [];
  // One after the other: the feeds a file builds are known by there being no other file at the time.
  for (const file of files) {
    try {
      all.push({ file, chosen: chooseRuns(await loadFile(file), asked) });
    } catch (error) {
      if (!(error instanceof FiredrillError)) throw error;
      errors.push(error);
    }
  }
  const [first] = errors;
  if (first && errors.length === 1) throw first;
  if (first)
    throw new FiredrillError(
      EXIT.invalid,
      errors.flatMap(({ problems }) => problems),
    );
  return all;
}

/** What a run takes from its flags beside the plan. */
export function readOptions(flags: FlagReader, files: readonly string[]): FileOptions {
  const workers = flags.number('workers', { min: 1, max: MAX_WORKERS, whole: true });
  const args = process.argv.slice(2);
  return {
    target: readTarget(flags, flags.text('target')),
    ...readTransport(flags),
    fit: flags.isSet('fit'),
    ...(workers === undefined ? {} : { workers }),
    thresholds: readThresholds(flags),
    env: flags.pairs('env', '-e'),
    // With several files a variant of one would be asked of all.
    commandOf: (variant) =>
      variant === null || files.length > 1 ? typedCommand(args) : commandOfVariant(args, variant),
    version: readVersion(),
  };
}

function nameOf(file: string): string {
  return file.replace(/^.*[/\\]/, '').replace(/\.[cm]?[jt]s$/, '');
}
