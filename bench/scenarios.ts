/**
 * The library of scenarios: `check` runs each at its small size, `measure` at its full size and keeps what it
 * found, `table` writes down what is kept. Names behind that pick some: `node bench/scenarios.ts check blocking`.
 * `measure --clients 20000 flagship` measures at another size (`--ramp`, `--duration` too), and the table says so.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { realClock } from '../harness/base/clock.ts';
import { suggest } from '../harness/base/neighbours.ts';
import { formatCount, parseDurationMs } from '../harness/base/units.ts';
import type { ScenarioFile } from '../harness/scenario/load.ts';
import { planRun, type PlanOverrides } from '../harness/scenario/plan.ts';
import { describeLoad } from '../harness/scenario/plan-words.ts';
import {
  MEASURED_FILE,
  README_FILE,
  readLibrary,
  readMeasured,
  withMeasured,
  withTable,
  writeMeasured,
  type AllMeasured,
  type Measured,
} from './scenarios/library.ts';
import { exitCodeOf, headOf, outcomeOf, tableOf, type Checked } from './scenarios/outcome.ts';
import { runScenarioFile, type Ran } from './scenarios/run-scenario.ts';

/** Beyond this a check is told to be slow: it is one of many. */
const SLOW_SECONDS = 20;

const RESULTS = '.cache/scenarios';

const word = { type: 'string' } as const;
const { positionals, values: size } = parseArgs({
  allowPositionals: true,
  options: { clients: word, ramp: word, duration: word },
});
const [what, ...words] = positionals;
const library = await readLibrary();
const chosen = choose(words);
if (what === 'check') await check(chosen);
else if (what === 'measure') await measure(chosen);
else if (what === 'table') keep(readMeasured());
else
  throw new Error(
    'node bench/scenarios.ts check|measure|table [names] [--clients N] [--ramp T] [--duration T]',
  );

/** Those whose name holds one of the words; all without any. */
function choose(wanted: readonly string[]): ScenarioFile[] {
  const names = library.map(({ name }) => name);
  for (const word of wanted) {
    if (!names.some((name) => name.includes(word)))
      throw new Error(`no scenario ${word}: ${suggest(word, names)}`);
  }
  return library.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
}

/** Runs each at its small size, tells each as it ends and all of them at the end. */
async function check(files: readonly ScenarioFile[]): Promise<void> {
  const beganUs = realClock.nowUs();
  const checks: Checked[] = [];
  await inLanes(files, async ({ name }) => {
    const ran = await runScenarioFile(name, `${RESULTS}/small/${name}`, ['--small']);
    checks.push(tell(name, ran, SLOW_SECONDS));
  });
  process.stdout.write(`\n${tableOf(checks, (realClock.nowUs() - beganUs) / 1e6)}\n`);
  process.exitCode = exitCodeOf(checks);
}

async function inLanes(
  files: readonly ScenarioFile[],
  run: (file: ScenarioFile) => Promise<void>,
): Promise<void> {
  const waiting = [...files];
  const takeInTurn = async (): Promise<void> => {
    for (let file = waiting.shift(); file; file = waiting.shift()) await run(file);
  };
  await Promise.all(Array.from({ length: lanes() }, takeInTurn));
}

/** How many run at a time: a check has a few hundred clients, so two of them fit on two cores. */
function lanes(): number {
  return Math.max(1, Math.min(8, Number(process.env['LANES'] ?? 1) || 1));
}

function tell(name: string, ran: Ran, slowSeconds = Infinity): Checked {
  const { exitCode, seconds } = ran;
  const checked: Checked = { name, outcome: outcomeOf(ran), exitCode, seconds };
  const reasons = ran.summaries.flatMap(({ variant, verdict, exitCode }) =>
    exitCode === 0 ? [] : `${variant ?? 'the run'} ${verdict.status}: ${verdict.reasons.join('; ')}`,
  );
  const said = exitCode === 0 ? [ran.finding ?? 'no finding'] : [...reasons, ran.stderr.trim()];
  const lines = said.filter((text) => text !== '').map((text) => `    ${text}\n`);
  process.stdout.write(`${headOf(checked, slowSeconds)}\n${lines.join('')}`);
  return checked;
}

/** Runs each at full size, or at the size that is asked for, and keeps the findings of those that passed, one by one: a later failure costs nothing. */
async function measure(files: readonly ScenarioFile[]): Promise<void> {
  const flags = Object.entries(size).flatMap(([flag, value]) => [`--${flag}`, value]);
  await inLanes(files, async (file) => {
    const ran = await runScenarioFile(file.name, `${RESULTS}/full/${file.name}`, flags);
    tell(file.name, ran);
    let measured = readMeasured();
    // A machine that made it smaller has not measured it.
    const isFull = ran.summaries.every(({ limits }) => limits.length === 0);
    if (ran.exitCode === 0 && ran.finding !== null && isFull) {
      measured = withMeasured(measured, file.name, measuredOf(file, ran, ran.finding, flags));
    } else {
      process.exitCode = 1;
    }
    keep(measured);
  });
}

/** What was measured with scenarios that are still there, and the table that says so. */
function keep(measured: AllMeasured): void {
  const names = new Set(library.map(({ name }) => name));
  const kept = new Map([...measured].filter(([name]) => names.has(name)));
  writeFileSync(MEASURED_FILE, writeMeasured(kept));
  writeFileSync(README_FILE, withTable(readFileSync(README_FILE, 'utf8'), library, kept));
}

/** The size that is asked for, as a plan has it. */
function askedSize(): PlanOverrides {
  const { clients, ramp, duration } = size;
  return {
    seed: 7,
    ...(clients === undefined ? {} : { clients: Number(clients) }),
    ...(ramp === undefined ? {} : { rampMs: durationMsOf(ramp) }),
    ...(duration === undefined ? {} : { durationMs: durationMsOf(duration) }),
  };
}

function durationMsOf(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined) throw new Error(`${text} is no duration`);
  return ms;
}

function measuredOf(
  file: ScenarioFile,
  { summaries }: Ran,
  finding: string,
  flags: readonly string[],
): Measured {
  const [first] = summaries;
  const loadsOf = (overrides: PlanOverrides): string =>
    [...new Set(file.runs.map(({ scenario }) => describeLoad(planRun(scenario, overrides))))].join(' / ');
  const full = loadsOf({ seed: 7 });
  const load = flags.length === 0 ? full : `${loadsOf(askedSize())} (as written: ${full})`;
  const nodes = first?.environment.serverNodes ?? 0;
  const cores = first?.environment.cores ?? 0;
  const beside = lanes() > 1 ? ' shared with others' : '';
  const machine = `${formatCount(nodes)} ${nodes === 1 ? 'node' : 'nodes'}, ${formatCount(cores)} cores${beside}`;
  return {
    finding,
    at: (first?.startedAt ?? '').slice(0, 10),
    size: `${load}, ${machine}`,
    command: ['firedrill run', `scenarios/${file.name}.ts`, ...flags].join(' '),
  };
}
