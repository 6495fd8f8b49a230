/** `firedrill run`: parse, call, print, exit code. */
import { join } from 'node:path';
import { EXIT, worstExit, type ExitCode } from '../base/errors.ts';
import { FlagReader, type Typed } from './flags.ts';
import { Progress } from './progress.ts';
import { CONNECT_FLAGS, readTarget, readTransport } from './target-flags.ts';
import { typedCommand } from './typed-command.ts';
import { readVersion } from './version.ts';
import { runScenario, type RunOptions, type RunResult } from '../run/run.ts';

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
    describe: 'ws:// or wss://host:port/socket; without it the bundled server',
    requiresArg: true,
  },
  control: {
    type: 'string',
    describe: 'control port of a bundled server at --target; FIREDRILL_CONTROL_TOKEN is its token',
    requiresArg: true,
  },
  ...CONNECT_FLAGS,
  threshold: { type: 'string', describe: "metric=expression: 'push_duration=p(99)<250'", requiresArg: true },
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
      const progress = new Progress(process.stderr, { colour: wantsColour(process.stderr), quiet });
      const result = await runScenario(options, {
        onLive: (view) => progress.show(view),
        onNote: (text) => progress.note(text),
        interrupt,
      }).finally(() => progress.end());
      await report(result, json);
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

/** Of `--threshold`, by metric. */
export function readThresholds(flags: FlagReader): Record<string, string[]> {
  const thresholds = new Map<string, string[]>();
  for (const text of flags.texts('threshold')) {
    const [, metric, expression] = METRIC_AND_EXPRESSION.exec(text.trim()) ?? [];
    if (metric !== undefined && expression !== undefined) {
      thresholds.set(metric, [...(thresholds.get(metric) ?? []), expression]);
    } else {
      flags.refuse({
        code: 'bad-flag',
        path: '--threshold',
        got: `'${text}'`,
        wanted: 'metric=expression',
        hint: "--threshold 'push_duration=p(99)<250'",
      });
    }
  }
  return Object.fromEntries(thresholds);
}

/** `push_duration=p(99)<250`, or of one tag: `push_duration{kind:search}=p(99)<250`. */
const METRIC_AND_EXPRESSION = /^([A-Za-z_]\w*(?:\{[^{}]*\})?)=(.+)$/s;

/** The first signal ends the run in good order, the second ends us at once; workers and server go with us. */
export function listenForSignals(): { interrupt: AbortSignal; release(): void } {
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

/** Reads the renderers only now: they take as long to load as a worker does, and the first arrival comes before them. */
export async function report(result: RunResult, json: boolean): Promise<void> {
  const { printResult } = await import('./print-result.ts');
  printResult(result, { json, colour: wantsColour(process.stdout) });
}

export function wantsColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && (process.env['NO_COLOR'] ?? '') === '';
}

function nameOf(file: string): string {
  return file.replace(/^.*[/\\]/, '').replace(/\.[cm]?[jt]s$/, '');
}
