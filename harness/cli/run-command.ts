/** `firedrill run`: parse, call, print, exit code. */
import { join } from 'node:path';
import { worstExit, type ExitCode } from '../base/errors.ts';
import { FlagReader, type Typed } from './flags.ts';
import { PLAN_FLAGS, readOverrides, readThresholds } from './plan-flags.ts';
import { listenForSignals, runAndTell } from './run-and-tell.ts';
import { CONNECT_FLAGS, readTarget, readTransport } from './target-flags.ts';
import { typedCommand } from './typed-command.ts';
import { readVersion } from './version.ts';
import type { RunOptions } from '../run/run.ts';

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
  json: { type: 'boolean', describe: 'one JSON document on stdout' },
  quiet: { type: 'boolean', describe: 'no progress on stderr' },
  debug: { type: 'boolean', describe: 'stack traces with errors' },
} as const;

export async function runCommand(files: readonly string[], typed: Typed): Promise<ExitCode> {
  const flags = new FlagReader(typed);
  flags.refuseUnknown([...Object.keys(RUN_FLAGS), 'e', 'scenario']);
  const base = readOptions(flags);
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

  const quiet = flags.isSet('quiet');
  const json = flags.isSet('json');
  const codes: ExitCode[] = [];
  const { interrupt, release } = listenForSignals();
  try {
    for (const file of files) {
      const folder = out !== undefined && files.length > 1 ? join(out, nameOf(file)) : out;
      const options: RunOptions = {
        ...base,
        scenarioFile: file,
        ...(folder === undefined ? {} : { out: folder }),
      };
      const { exitCode } = await runAndTell(options, { quiet, json, interrupt });
      codes.push(exitCode);
      if (interrupt.aborted) break;
    }
  } finally {
    release();
  }
  return worstExit(codes);
}

function readOptions(flags: FlagReader): Omit<RunOptions, 'scenarioFile'> {
  const workers = flags.number('workers', { min: 1, max: MAX_WORKERS, whole: true });
  return {
    overrides: readOverrides(flags),
    target: readTarget(flags, flags.text('target')),
    ...readTransport(flags),
    fit: flags.isSet('fit'),
    ...(workers === undefined ? {} : { workers }),
    thresholds: readThresholds(flags),
    env: flags.pairs('env', '-e'),
    command: typedCommand(process.argv.slice(2)),
    version: readVersion(),
  };
}

function nameOf(file: string): string {
  return file.replace(/^.*[/\\]/, '').replace(/\.[cm]?[jt]s$/, '');
}
