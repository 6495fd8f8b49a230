/** `firedrill run`: parse, call, print, exit code. */
import { join } from 'node:path';
import { EXIT, worstExit, type ExitCode } from '../base/errors.ts';
import { writeReport } from './report-files.ts';
import { FlagReader, type Typed } from './flags.ts';
import { Progress } from './progress.ts';
import { readVersion } from './version.ts';
import { renderKeyValues } from '../../reports/render/key-values.ts';
import { renderSummary } from '../../reports/render/summary-text.ts';
import { runScenario, type RunOptions, type RunResult } from '../run/run.ts';
import type { TargetChoice } from '../run/open-target.ts';

/** Largest numbers taken from a command line: beyond them a slip of the finger is likelier than a plan. */
const MAX = { clients: 2_000_000, rate: 1_000_000, workers: 64 };

/** Flags of `run` with their help, in the order shown. */
export const RUN_FLAGS = {
  clients: { type: 'string', describe: 'virtual clients', requiresArg: true },
  duration: { type: 'string', describe: 'the whole run, ramp and hold: 30s, 3m', requiresArg: true },
  ramp: { type: 'string', describe: 'time over which the clients arrive', requiresArg: true },
  rate: { type: 'string', describe: 'pushes per second of all clients together', requiresArg: true },
  seed: { type: 'string', describe: 'the same seed repeats the run', requiresArg: true },
  target: {
    type: 'string',
    describe: 'ws://host:port/socket; without it the bundled server',
    requiresArg: true,
  },
  control: { type: 'string', describe: 'control port of a bundled server at --target', requiresArg: true },
  'allow-target': {
    type: 'string',
    describe: 'a host beyond loopback that may be loaded',
    requiresArg: true,
  },
  threshold: { type: 'string', describe: "metric=expression: 'push_duration=p(99)<250'", requiresArg: true },
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
      const progress = new Progress(process.stderr, { colour: wantsColour(process.stderr), quiet });
      const result = await runScenario(options, {
        onLive: (view) => progress.show(view),
        onNote: (text) => progress.note(text),
        interrupt,
      }).finally(() => progress.end());
      report(result, json);
      codes.push(result.exitCode);
      if (interrupt.aborted) break;
    }
  } finally {
    release();
  }
  return worstExit(codes);
}

function readOptions(flags: FlagReader): Omit<RunOptions, 'scenarioFile'> {
  const clients = flags.number('clients', { min: 1, max: MAX.clients, whole: true });
  const rate = flags.number('rate', { min: 0.001, max: MAX.rate });
  const seed = flags.number('seed', { min: 0, max: 0xffff_ffff, whole: true });
  const workers = flags.number('workers', { min: 1, max: MAX.workers, whole: true });
  const durationMs = flags.durationMs('duration');
  const rampMs = flags.durationMs('ramp');
  return {
    overrides: {
      seed: seed ?? 7,
      ...(clients === undefined ? {} : { clients }),
      ...(rate === undefined ? {} : { rate }),
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(rampMs === undefined ? {} : { rampMs }),
    },
    target: readTarget(flags),
    ...(workers === undefined ? {} : { workers }),
    thresholds: readThresholds(flags),
    env: flags.pairs('env', '-e'),
    command: `firedrill ${process.argv.slice(2).map(quoted).join(' ')}`,
    version: readVersion(),
  };
}

function readTarget(flags: FlagReader): TargetChoice {
  const url = flags.text('target');
  const control = flags.text('control');
  const nodes = flags.number('nodes', { min: 1, max: MAX.workers, whole: true });
  const allowTargets = flags.texts('allow-target');
  if (url === undefined) {
    if (control !== undefined) {
      flags.refuse({
        code: 'bad-flag',
        path: '--control',
        got: 'no --target',
        wanted: '--target ws://… beside it',
      });
    }
    return { kind: 'bundled', ...(nodes === undefined ? {} : { nodes }) };
  }
  if (nodes !== undefined) {
    flags.refuse({
      code: 'bad-flag',
      path: '--nodes',
      got: 'a --target',
      wanted: 'one of the two: nodes are the bundled server’s',
    });
  }
  if (control !== undefined && !/^http:\/\/[^/]+\/?$/.test(control)) {
    flags.refuse({ code: 'bad-flag', path: '--control', got: `'${control}'`, wanted: 'http://host:port' });
  }
  return { kind: 'url', url, allowTargets, control: control ?? null };
}

function readThresholds(flags: FlagReader): Record<string, string[]> {
  const thresholds: Record<string, string[]> = {};
  for (const text of flags.texts('threshold')) {
    const match = /^([a-z_][\w]*)=(.+)$/.exec(text.trim());
    if (match?.[1] && match[2]) (thresholds[match[1]] ??= []).push(match[2]);
    else {
      flags.refuse({
        code: 'bad-flag',
        path: '--threshold',
        got: `'${text}'`,
        wanted: 'metric=expression',
        hint: "--threshold 'push_duration=p(99)<250'",
      });
    }
  }
  return thresholds;
}

/** The first signal ends the run in good order, the second ends us at once; workers and server go with us. */
function listenForSignals(): { interrupt: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.signal);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    interrupt: controller.signal,
    release() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

function report(result: RunResult, json: boolean): void {
  const path = writeReport(result.record, result.dir);
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...result.record.summary, dir: result.dir, report: path })}\n`);
  } else if (process.stdout.isTTY) {
    const colour = wantsColour(process.stdout);
    process.stdout.write(`${renderSummary(result.record, { colour, reportPath: path })}\n`);
  } else {
    process.stdout.write(`${renderKeyValues(result.record).trimEnd()}\nreport=${path}\n`);
  }
}

function wantsColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && (process.env['NO_COLOR'] ?? '') === '';
}

function nameOf(file: string): string {
  return file.replace(/^.*[/\\]/, '').replace(/\.[cm]?[jt]s$/, '');
}

/** As it would have to be typed in a shell; the values of -e may be secrets and stay out of every artefact. */
function quoted(argument: string, index: number, all: readonly string[]): string {
  if (index > 0 && (all[index - 1] === '-e' || all[index - 1] === '--env')) {
    return argument.replace(/=.*$/s, '=…');
  }
  const bare = argument
    .replace(/^(-e|--env=)([^=]+)=.*$/s, '$1$2=…')
    .replace(/([?&](?:token|password|secret)=)[^&]*/gi, '$1…');
  return /^[\w@%+=:,./-]+$/.test(bare) ? bare : `'${bare.replaceAll("'", String.raw`'\''`)}'`;
}
