/** `firedrill quick`: flags become a scenario file, which is run, or written with `--eject`. */
import { EXIT, FiredrillError, type ExitCode } from '../base/errors.ts';
import { eject, writeTemporary } from '../quick/scenario-file.ts';
import { unstampedNote } from '../quick/unstamped.ts';
import { withoutPayloadSecrets } from '../quick/payload-secrets.ts';
import { writeScenario } from '../quick/write-scenario.ts';
import type { RunOptions } from '../run/run.ts';
import { loadScenario } from '../scenario/load.ts';
import { planRun } from '../scenario/plan.ts';
import { describeLoad } from '../scenario/plan-words.ts';
import { FlagReader, type Typed } from './flags.ts';
import { QUICK_FLAGS, readQuick, type QuickRequest } from './quick-flags.ts';
import { runAndTell } from './run-and-tell.ts';
import { listenForSignals } from './signals.ts';
import { readTransport } from './target-flags.ts';
import { typedCommand } from './typed-command.ts';
import { readVersion } from './version.ts';

export async function quickCommand(url: string | undefined, typed: Typed): Promise<ExitCode> {
  const flags = new FlagReader(typed);
  flags.refuseUnknown([...Object.keys(QUICK_FLAGS), 'url']);
  const request = readQuick(flags, typed, url);
  const transport = readTransport(flags);
  const out = flags.text('out');
  flags.done();
  const dryRun = flags.isSet('dry-run');
  if (request.eject !== undefined && !dryRun) return ejectTo(request.eject, request, flags.isSet('force'));

  const scenario = writeTemporary(request.drill);
  const overrides = {
    seed: request.seed,
    ...(request.clients === undefined ? {} : { clients: request.clients }),
  };
  const { interrupt, release } = listenForSignals();
  try {
    if (dryRun) return await tellPlan(scenario.file, request, flags.isSet('json'));
    const quiet = flags.isSet('quiet');
    const options: RunOptions = {
      scenarioFile: scenario.file,
      overrides,
      target: request.target,
      ...transport,
      fit: flags.isSet('fit'),
      ...(request.workers === undefined ? {} : { workers: request.workers }),
      ...(out === undefined ? {} : { out }),
      thresholds: {},
      env: {},
      command: typedCommand(withoutPayloadSecrets(process.argv.slice(2))),
      version: readVersion(),
    };
    const result = await runAndTell(options, { quiet, json: flags.isSet('json'), interrupt });
    const note = unstampedNote(request.drill, result.record.summary);
    if (note !== null && !quiet) process.stderr.write(`${note}\n`);
    return result.exitCode;
  } finally {
    release();
    scenario.remove();
  }
}

/** Writes the file and says how it is run; what is already on the command line stays there. */
async function ejectTo(file: string, { drill, display }: QuickRequest, force: boolean): Promise<ExitCode> {
  const command = typedCommand(['run', file, '--target', display]);
  const head = [
    'Written by firedrill quick, and yours to edit: what is claimed, what is done, what must hold.',
    `Run it: ${command}, and --param, --header and the like as before.`,
  ];
  // A feed may lack a column, or not be there at all.
  const tried = writeTemporary(drill);
  await loadScenario(tried.file).finally(() => tried.remove());
  const problem = eject(drill, file, { force, head });
  if (problem) throw new FiredrillError(EXIT.invalid, [problem]);
  process.stdout.write(`scenario=${file}\nrun=${command}\n`);
  return EXIT.pass;
}

async function tellPlan(file: string, request: QuickRequest, json: boolean): Promise<ExitCode> {
  const { scenario } = await loadScenario(file);
  const plan = planRun(scenario, { seed: request.seed });
  const { drill, display } = request;
  const source = writeScenario(drill, { head: [], feedFile: drill.feed?.file ?? null });
  if (json) {
    const told = { schema: 'firedrill/quick-plan/1', target: display, plan, source };
    process.stdout.write(`${JSON.stringify(told)}\n`);
    return EXIT.pass;
  }
  const lines = [
    `target=${display}`,
    `load=${describeLoad(plan)}`,
    `about=${scenario.about}`,
    '',
    source.trimEnd(),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.pass;
}
